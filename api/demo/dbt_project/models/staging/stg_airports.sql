select
    faa as airport,
    name as airport_name,
    lat as latitude,
    lon as longitude,
    alt as elevation_feet,
    tzone as time_zone
from {{ source('ops', 'airports') }}
