select
    origin as airport,
    time_hour as observed_hour,
    temp as temperature,
    humid as humidity,
    wind_dir as wind_direction,
    wind_speed,
    wind_gust,
    precip as precipitation,
    pressure,
    visib as visibility
from {{ source('lake', 'weather') }}
