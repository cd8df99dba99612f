-- Finds one: a reading of Newark of 1,048 miles per hour, where the strongest wind ever measured had 253.
{{ config(severity='warn') }}
select airport, observed_hour, wind_speed
from {{ ref('stg_weather') }}
where wind_speed > 253
