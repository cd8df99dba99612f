{{ config(materialized='view') }}
select product_id, sum(revenue) as revenue from {{ ref('daily_revenue') }} group by product_id
