select
    aircraft.tail_number,
    aircraft.maker,
    aircraft.model,
    aircraft.year_built,
    aircraft.aircraft_age,
    aircraft.seats,
    count(*) as flights,
    sum(flights.distance) as miles_flown,
    avg(flights.departure_delay) as average_departure_delay
from {{ ref('int_aircraft') }} as aircraft
join {{ ref('stg_flights') }} as flights on flights.tail_number = aircraft.tail_number
where not flights.is_cancelled
group by all
