CREATE SCHEMA ops;
COMMENT ON SCHEMA ops IS 'Operational tables of flight control: what was scheduled, what flew, and with which aircraft.';

CREATE TABLE ops.airlines (
    carrier text NOT NULL,
    name text NOT NULL
);
COMMENT ON TABLE ops.airlines IS 'Airlines that operate flights out of New York City.';
COMMENT ON COLUMN ops.airlines.carrier IS 'Two-character IATA code of the airline, such as UA.';
COMMENT ON COLUMN ops.airlines.name IS 'Full name of the airline.';

CREATE TABLE ops.airports (
    faa text NOT NULL,
    name text NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    alt integer NOT NULL,
    tz smallint NOT NULL,
    dst text NOT NULL,
    tzone text
);
COMMENT ON TABLE ops.airports IS 'Directory of airports with their place and time zone. Covers the fifty states; four Caribbean destinations are absent.';
COMMENT ON COLUMN ops.airports.faa IS 'Airport code of the Federal Aviation Administration, such as JFK.';
COMMENT ON COLUMN ops.airports.name IS 'Usual name of the airport.';
COMMENT ON COLUMN ops.airports.lat IS 'Latitude in decimal degrees, positive to the north.';
COMMENT ON COLUMN ops.airports.lon IS 'Longitude in decimal degrees, negative to the west.';
COMMENT ON COLUMN ops.airports.alt IS 'Elevation of the airport above sea level, in feet.';
COMMENT ON COLUMN ops.airports.tz IS 'Offset of standard time from UTC, in hours.';
COMMENT ON COLUMN ops.airports.dst IS 'Daylight saving time: A follows the United States, N has none, U is unknown.';
COMMENT ON COLUMN ops.airports.tzone IS 'Time zone by its IANA name, such as America/New_York. Empty where the directory does not know it.';

CREATE TABLE ops.planes (
    tailnum text NOT NULL,
    year smallint,
    type text NOT NULL,
    manufacturer text NOT NULL,
    model text NOT NULL,
    engines smallint NOT NULL,
    seats smallint NOT NULL,
    speed smallint,
    engine text NOT NULL
);
COMMENT ON TABLE ops.planes IS 'Aircraft from the civil register, one row a tail number: manufacturer, model, age and size.';
COMMENT ON COLUMN ops.planes.tailnum IS 'Tail number, the registration mark painted on the aircraft.';
COMMENT ON COLUMN ops.planes.year IS 'Year in which the aircraft was manufactured. Empty where the register does not say.';
COMMENT ON COLUMN ops.planes.type IS 'Kind of aircraft, such as fixed wing multi engine or rotorcraft.';
COMMENT ON COLUMN ops.planes.manufacturer IS 'Manufacturer as written in the register. One maker appears under several spellings.';
COMMENT ON COLUMN ops.planes.model IS 'Model designation given by the manufacturer.';
COMMENT ON COLUMN ops.planes.engines IS 'Number of engines.';
COMMENT ON COLUMN ops.planes.seats IS 'Number of seats.';
COMMENT ON COLUMN ops.planes.speed IS 'Average cruising speed in miles per hour. Known for very few aircraft.';
COMMENT ON COLUMN ops.planes.engine IS 'Kind of engine, such as turbo-fan or reciprocating.';

CREATE TABLE ops.routes (
    origin text NOT NULL,
    dest text NOT NULL,
    distance integer NOT NULL
);
COMMENT ON TABLE ops.routes IS 'Pairs of airports flown in the year, with the distance between them.';
COMMENT ON COLUMN ops.routes.origin IS 'Airport at which the route begins.';
COMMENT ON COLUMN ops.routes.dest IS 'Airport at which the route ends.';
COMMENT ON COLUMN ops.routes.distance IS 'Distance in miles that most flights of the route report.';

CREATE TABLE ops.flights (
    year smallint NOT NULL,
    month smallint NOT NULL,
    day smallint NOT NULL,
    dep_time smallint,
    sched_dep_time smallint NOT NULL,
    dep_delay smallint,
    arr_time smallint,
    sched_arr_time smallint NOT NULL,
    arr_delay smallint,
    carrier text NOT NULL,
    flight integer NOT NULL,
    tailnum text,
    origin text NOT NULL,
    dest text NOT NULL,
    air_time smallint,
    distance integer NOT NULL,
    hour smallint NOT NULL,
    minute smallint NOT NULL,
    time_hour timestamptz NOT NULL
);
COMMENT ON TABLE ops.flights IS 'Every flight scheduled to depart from Newark, John F. Kennedy or LaGuardia in 2013, with its delays. A flight without a departure time was cancelled.';
COMMENT ON COLUMN ops.flights.year IS 'Year of the scheduled departure, local time.';
COMMENT ON COLUMN ops.flights.month IS 'Month of the scheduled departure, 1 to 12, local time.';
COMMENT ON COLUMN ops.flights.day IS 'Day of the month of the scheduled departure, local time.';
COMMENT ON COLUMN ops.flights.dep_time IS 'Actual departure in local time as HHMM, so 517 is 05:17 and 2400 is midnight. Empty when the flight was cancelled.';
COMMENT ON COLUMN ops.flights.sched_dep_time IS 'Scheduled departure in local time as HHMM.';
COMMENT ON COLUMN ops.flights.dep_delay IS 'Departure delay in minutes. Negative when the flight left early.';
COMMENT ON COLUMN ops.flights.arr_time IS 'Actual arrival in the local time of the destination as HHMM. Empty when cancelled or diverted.';
COMMENT ON COLUMN ops.flights.sched_arr_time IS 'Scheduled arrival in the local time of the destination as HHMM.';
COMMENT ON COLUMN ops.flights.arr_delay IS 'Arrival delay in minutes. Negative when the flight came in early.';
COMMENT ON COLUMN ops.flights.carrier IS 'Airline that operated the flight.';
COMMENT ON COLUMN ops.flights.flight IS 'Flight number, unique for one airline, airport and day.';
COMMENT ON COLUMN ops.flights.tailnum IS 'Tail number of the aircraft. Some are not in the civil register; empty for some cancelled flights.';
COMMENT ON COLUMN ops.flights.origin IS 'Airport of departure.';
COMMENT ON COLUMN ops.flights.dest IS 'Airport of destination.';
COMMENT ON COLUMN ops.flights.air_time IS 'Time spent in the air, in minutes.';
COMMENT ON COLUMN ops.flights.distance IS 'Distance between the airports, in miles.';
COMMENT ON COLUMN ops.flights.hour IS 'Hour of the scheduled departure, local time.';
COMMENT ON COLUMN ops.flights.minute IS 'Minute of the scheduled departure.';
COMMENT ON COLUMN ops.flights.time_hour IS 'Scheduled departure cut to the full hour. With the origin it finds the weather of that hour.';
