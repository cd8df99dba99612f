select
    flights.origin as airport,
    airports.airport_name,
    date_trunc('month', flights.flight_date)::date as month,
    count(*) as scheduled_flights,
    count(*) filter (where flights.is_cancelled) as cancelled_flights,
    avg(flights.departure_delay) as average_departure_delay,
    quantile_cont(flights.departure_delay, 0.9) as departure_delay_p90,
    avg((flights.departure_delay > 60)::integer) as share_over_an_hour
from {{ ref('stg_flights') }} as flights
join {{ ref('stg_airports') }} as airports on airports.airport = flights.origin
group by all
