select
    flights.flight_key,
    flights.flight_date,
    flights.origin,
    flights.departure_hour,
    flights.local_hour,
    flights.departure_delay,
    flights.is_cancelled,
    weather.wind_speed,
    weather.visibility,
    weather.precipitation
from {{ ref('stg_flights') }} as flights
left join {{ ref('stg_weather') }} as weather
    on weather.airport = flights.origin and weather.observed_hour = flights.departure_hour
