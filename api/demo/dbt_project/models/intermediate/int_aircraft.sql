select
    planes.tail_number,
    coalesce(makers.maker, planes.manufacturer) as maker,
    planes.model,
    planes.year_built,
    2013 - planes.year_built as aircraft_age,
    planes.seats
from {{ ref('stg_planes') }} as planes
left join {{ ref('aircraft_makers') }} as makers on makers.manufacturer = planes.manufacturer
