//! Queries on the sites of accounts.

use entity::{AccountId, sites};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Select};
use store::Db;

use super::error::CheckoutError;
use super::request::ShipTo;
use entity::Destination;
use identity::Account;
use store::sql::fetch_one;

/// The sites of an account.
fn sites_of(account: AccountId) -> Select<sites::Entity> {
    sites::Entity::find().filter(sites::Column::AccountId.eq(account))
}

/// The destination of an order: the address or site given, or the account's default site.
pub(super) async fn destination(db: &impl Db, account: &Account, ship_to: ShipTo) -> Result<Destination, CheckoutError> {
    let own = sites_of(account.id);
    let row = match ship_to {
        ShipTo::Address(address) => return Ok(address),
        ShipTo::Site(code) => {
            let row = fetch_one(db, own.filter(sites::Column::Code.eq(&code))).await?;
            row.ok_or(CheckoutError::UnknownSite(code))?
        }
        ShipTo::DefaultSite => {
            fetch_one(db, own.filter(sites::Column::IsDefault.eq(true))).await?.ok_or(CheckoutError::NoDestination)?
        }
    };
    Ok(Destination {
        site: Some(row.code),
        name: row.name,
        line1: row.line1,
        line2: row.line2,
        city: row.city,
        region: row.region,
        postal_code: row.postal_code,
        country: row.country,
    })
}
