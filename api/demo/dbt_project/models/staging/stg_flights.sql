select
    concat_ws('-', carrier, flight, origin, make_date(year, month, day)) as flight_key,
    make_date(year, month, day) as flight_date,
    carrier,
    flight as flight_number,
    tailnum as tail_number,
    origin,
    dest as destination,
    time_hour as departure_hour,
    hour as local_hour,
    dep_delay as departure_delay,
    arr_delay as arrival_delay,
    air_time,
    distance,
    dep_time is null as is_cancelled
from {{ source('ops', 'flights') }}
