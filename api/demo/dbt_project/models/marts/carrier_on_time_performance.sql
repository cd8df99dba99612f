select
    airlines.carrier,
    airlines.airline,
    date_trunc('month', flights.flight_date)::date as month,
    count(*) as scheduled_flights,
    avg(flights.is_cancelled::integer) as cancelled_share,
    avg((flights.departure_delay <= 15)::integer) as departed_on_time_share,
    avg((flights.arrival_delay <= 15)::integer) as arrived_on_time_share
from {{ ref('stg_flights') }} as flights
join {{ ref('stg_airlines') }} as airlines on airlines.carrier = flights.carrier
group by all
