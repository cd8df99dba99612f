select
    origin as airport,
    departure_hour,
    wind_speed,
    visibility,
    precipitation,
    count(*) as scheduled_flights,
    count(*) filter (where is_cancelled) as cancelled_flights,
    avg(departure_delay) as average_departure_delay
from {{ ref('int_flights_with_weather') }}
group by all
