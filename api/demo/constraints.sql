INSERT INTO ops.routes (origin, dest, distance)
SELECT origin, dest, mode() WITHIN GROUP (ORDER BY distance) FROM ops.flights GROUP BY origin, dest;

ALTER TABLE ops.airlines ADD PRIMARY KEY (carrier);
ALTER TABLE ops.airlines ADD UNIQUE (name);
ALTER TABLE ops.airports ADD PRIMARY KEY (faa);
ALTER TABLE ops.planes ADD PRIMARY KEY (tailnum);
ALTER TABLE ops.routes ADD PRIMARY KEY (origin, dest);
ALTER TABLE ops.flights ADD PRIMARY KEY (year, month, day, carrier, flight, origin);

ALTER TABLE ops.flights ADD CONSTRAINT flights_carrier_fkey FOREIGN KEY (carrier) REFERENCES ops.airlines;
ALTER TABLE ops.flights ADD CONSTRAINT flights_origin_fkey FOREIGN KEY (origin) REFERENCES ops.airports;
ALTER TABLE ops.flights ADD CONSTRAINT flights_route_fkey FOREIGN KEY (origin, dest) REFERENCES ops.routes;
ALTER TABLE ops.routes ADD CONSTRAINT routes_origin_fkey FOREIGN KEY (origin) REFERENCES ops.airports;

-- Not valid: 721 tail numbers are in no register and four destinations in no directory. Rows already here stay as they are.
ALTER TABLE ops.flights ADD CONSTRAINT flights_tailnum_fkey FOREIGN KEY (tailnum) REFERENCES ops.planes NOT VALID;
COMMENT ON CONSTRAINT flights_tailnum_fkey ON ops.flights IS
    'Holds for new rows only: 721 tail numbers of 2013 are missing from the civil register.';
ALTER TABLE ops.routes ADD CONSTRAINT routes_dest_fkey FOREIGN KEY (dest) REFERENCES ops.airports NOT VALID;
COMMENT ON CONSTRAINT routes_dest_fkey ON ops.routes IS
    'Holds for new rows only: BQN, PSE, SJU and STT are missing from the directory of airports.';

CREATE INDEX flights_time_hour_idx ON ops.flights (origin, time_hour);
COMMENT ON INDEX ops.flights_time_hour_idx IS 'Finds the flights of one hour at one airport, to be joined with its weather.';
CREATE INDEX flights_tailnum_idx ON ops.flights (tailnum);
CREATE INDEX flights_dest_idx ON ops.flights (dest);
