"""A small estate of all kinds, to find one's way in."""

from __future__ import annotations

from fabric.discovery.document import Document
from tests.fabric.discovery.documents import made

__all__ = ["ESTATE"]


def _of(kind: str, iri: str, title: str, description: str, **given: object) -> Document:
    return made(title, iri=f"urn:{iri}", kind=kind, name=title, platform="", description=description, **given)


ESTATE = [
    made(
        "customer", fields=("customer_id", "name", "email"), description="Everyone who has bought from us.", rows=5000
    ),
    made(
        "customer_address",
        fields=("customer_id", "street", "postcode", "city"),
        description="Home and delivery places of customers.",
        tags=("gdpr",),
    ),
    made("orders", fields=("order_id", "customer_id", "total"), description="What was sold, when and to whom."),
    made("sales_ord_hdr", fields=("ord_no", "cust_no", "ord_qty", "ord_dt"), platform="sap"),
    made("whse_loc", fields=("whse_id", "loc_cd"), platform="sap"),
    made("stock", fields=("sku", "on_hand"), description="What is on the shelves."),
    made("stock_movements", fields=("sku", "moved"), description="What went in and out of stock."),
    made("supplier", fields=("supplier_id", "company"), description="Companies that we buy from."),
    made(
        "payroll", fields=("employee_id", "gross", "net", "iban"), description="What every employee is paid each month."
    ),
    made(
        "weather_daily", fields=("station", "rain_mm", "wind_speed"), description="Rain, wind and temperature by day."
    ),
    made("web_requests", fields=("url", "httpStatusCode", "userAgent"), description="Requests to the web shop."),
    made("T0471", iri="urn:t0471", description="Legacy table of the mainframe."),
    _of("dataset", "phoenix", "phoenix_staging", "Migrated data of the project Phoenix.", tags=("prj phoenix",)),
    _of("job", "load_orders", "load_orders", "Loads the orders every night, run by the platform team."),
    _of("dashboard", "revenue_dashboard", "Revenue by region", "Sales of each region and quarter."),
    _of("model", "churn_model", "churn", "Predicts which customers will leave us."),
    _of("concept", "gross_margin", "Gross margin", "Revenue less the cost of the goods sold, as a share of revenue."),
    _of("agent", "grace", "Grace Hopper", "", people=("grace.hopper@example.org",)),
    _of("agent", "finance", "Finance", "The team that closes the books."),
]
