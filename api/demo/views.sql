CREATE SCHEMA reporting;
COMMENT ON SCHEMA reporting IS 'Views for the daily report of network operations. Readable by everybody.';

CREATE VIEW reporting.departure_delays_by_carrier AS
SELECT a.carrier,
       a.name AS airline,
       f.month,
       count(*) AS scheduled_flights,
       count(*) FILTER (WHERE f.dep_time IS NULL) AS cancelled_flights,
       avg(f.dep_delay) AS average_departure_delay,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY f.dep_delay) AS departure_delay_p90,
       avg((f.dep_delay <= 15)::integer) AS on_time_share
FROM ops.flights f
JOIN ops.airlines a ON a.carrier = f.carrier
GROUP BY a.carrier, a.name, f.month;
COMMENT ON VIEW reporting.departure_delays_by_carrier IS 'Departure delays and punctuality of each airline by month.';
COMMENT ON COLUMN reporting.departure_delays_by_carrier.carrier IS 'Two-character code of the airline.';
COMMENT ON COLUMN reporting.departure_delays_by_carrier.airline IS 'Full name of the airline.';
COMMENT ON COLUMN reporting.departure_delays_by_carrier.month IS 'Month of 2013, 1 to 12.';
COMMENT ON COLUMN reporting.departure_delays_by_carrier.scheduled_flights IS 'Number of flights scheduled in the month.';
COMMENT ON COLUMN reporting.departure_delays_by_carrier.cancelled_flights IS 'Number of those flights that never departed.';
COMMENT ON COLUMN reporting.departure_delays_by_carrier.average_departure_delay IS 'Mean departure delay in minutes, early departures counted as negative.';
COMMENT ON COLUMN reporting.departure_delays_by_carrier.departure_delay_p90 IS 'Departure delay in minutes that nine flights in ten stay below.';
COMMENT ON COLUMN reporting.departure_delays_by_carrier.on_time_share IS 'Share of departed flights that left at most 15 minutes late, 0 to 1.';

CREATE MATERIALIZED VIEW reporting.daily_route_performance AS
SELECT make_date(f.year, f.month, f.day) AS flight_date,
       f.origin,
       f.dest,
       r.distance,
       count(*) AS scheduled_flights,
       count(*) FILTER (WHERE f.dep_time IS NULL) AS cancelled_flights,
       avg(f.dep_delay) AS average_departure_delay,
       avg(f.arr_delay) AS average_arrival_delay,
       avg(f.air_time) AS average_air_time
FROM ops.flights f
JOIN ops.routes r ON r.origin = f.origin AND r.dest = f.dest
GROUP BY f.year, f.month, f.day, f.origin, f.dest, r.distance;
CREATE UNIQUE INDEX daily_route_performance_key ON reporting.daily_route_performance (flight_date, origin, dest);
COMMENT ON MATERIALIZED VIEW reporting.daily_route_performance IS 'Flights, cancellations and delays of each route and day. Refreshed when the day is closed.';
COMMENT ON COLUMN reporting.daily_route_performance.flight_date IS 'Day of the scheduled departure, local time.';
COMMENT ON COLUMN reporting.daily_route_performance.origin IS 'Airport at which the route begins.';
COMMENT ON COLUMN reporting.daily_route_performance.dest IS 'Airport at which the route ends.';
COMMENT ON COLUMN reporting.daily_route_performance.distance IS 'Distance of the route in miles.';
COMMENT ON COLUMN reporting.daily_route_performance.scheduled_flights IS 'Number of flights scheduled on the route that day.';
COMMENT ON COLUMN reporting.daily_route_performance.cancelled_flights IS 'Number of those flights that never departed.';
COMMENT ON COLUMN reporting.daily_route_performance.average_departure_delay IS 'Mean departure delay in minutes.';
COMMENT ON COLUMN reporting.daily_route_performance.average_arrival_delay IS 'Mean arrival delay in minutes.';
COMMENT ON COLUMN reporting.daily_route_performance.average_air_time IS 'Mean time in the air in minutes.';

CREATE VIEW reporting.flights_with_aircraft AS
SELECT make_date(f.year, f.month, f.day) AS flight_date,
       f.carrier,
       f.flight,
       f.origin,
       f.dest,
       f.tailnum,
       p.manufacturer,
       p.model,
       p.seats,
       f.year - p.year AS aircraft_age
FROM ops.flights f
LEFT JOIN ops.planes p ON p.tailnum = f.tailnum;
COMMENT ON VIEW reporting.flights_with_aircraft IS 'Flights with the manufacturer, model and age of the aircraft that flew them.';
COMMENT ON COLUMN reporting.flights_with_aircraft.flight_date IS 'Day of the scheduled departure, local time.';
COMMENT ON COLUMN reporting.flights_with_aircraft.carrier IS 'Airline that operated the flight.';
COMMENT ON COLUMN reporting.flights_with_aircraft.flight IS 'Flight number.';
COMMENT ON COLUMN reporting.flights_with_aircraft.origin IS 'Airport of departure.';
COMMENT ON COLUMN reporting.flights_with_aircraft.dest IS 'Airport of destination.';
COMMENT ON COLUMN reporting.flights_with_aircraft.tailnum IS 'Tail number of the aircraft.';
COMMENT ON COLUMN reporting.flights_with_aircraft.manufacturer IS 'Manufacturer of the aircraft. Empty when the tail number is not in the register.';
COMMENT ON COLUMN reporting.flights_with_aircraft.model IS 'Model of the aircraft.';
COMMENT ON COLUMN reporting.flights_with_aircraft.seats IS 'Number of seats of the aircraft.';
COMMENT ON COLUMN reporting.flights_with_aircraft.aircraft_age IS 'Age of the aircraft in the year of the flight, in years.';

CREATE VIEW reporting.fleet_by_manufacturer AS
SELECT manufacturer,
       count(DISTINCT tailnum) AS aircraft,
       count(*) AS flights,
       avg(aircraft_age) AS average_age
FROM reporting.flights_with_aircraft
WHERE manufacturer IS NOT NULL
GROUP BY manufacturer;
COMMENT ON VIEW reporting.fleet_by_manufacturer IS 'Aircraft in use, their flights and their age, by manufacturer as spelled in the register.';
COMMENT ON COLUMN reporting.fleet_by_manufacturer.manufacturer IS 'Manufacturer as written in the register.';
COMMENT ON COLUMN reporting.fleet_by_manufacturer.aircraft IS 'Number of different aircraft that flew.';
COMMENT ON COLUMN reporting.fleet_by_manufacturer.flights IS 'Number of flights scheduled with them.';
COMMENT ON COLUMN reporting.fleet_by_manufacturer.average_age IS 'Mean age of the aircraft over all flights, in years.';

GRANT USAGE ON SCHEMA reporting TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO PUBLIC;
