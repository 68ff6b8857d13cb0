//! The wholesaler's shop: its catalogue, its customers, and what they bought before the cases that are asked about.

use std::time::Instant;

use super::Result;
use super::data::open;
use super::options::Options;
use super::server::Server;

const SET: &str = "online-retail";
/// The lines of all invoices.
const LINES: &str = "lines_2009-12_2011-10-15.csv.zst";
/// Cases begin here; what is older may be learnt from.
const LEARN_UNTIL: &str = "2011-09-01";

const PRODUCTS: &str = include_str!("../../../mappings/online-retail-products.toml");
const ACCOUNTS: &str = include_str!("../../../mappings/online-retail-accounts.toml");
const ORDERS: &str = include_str!("../../../mappings/online-retail-orders.toml");

/// A server that has learnt from the orders of the past.
pub(crate) async fn shop(options: &Options) -> Result<Server> {
    let started = Instant::now();
    let server = Server::start().await?;
    let catalogue = std::fs::read(options.data.join(SET).join("catalogue.csv"))?;
    server.import("products", PRODUCTS, "text/csv", catalogue).await?;
    let lines = zstd::encode_all(&past(options)?[..], 3)?;
    server.import("accounts", ACCOUNTS, "application/zstd", lines.clone()).await?;
    server.import("orders", ORDERS, "application/zstd", lines).await?;
    server.wait_until_followed().await?;
    println!("the wholesaler's catalogue, customers and past orders loaded in {:.1?}", started.elapsed());
    Ok(server)
}

/// The lines of the past, as csv.
fn past(options: &Options) -> Result<Vec<u8>> {
    let mut reader = csv::Reader::from_reader(open(&options.data.join(SET).join(LINES))?);
    let headers = reader.headers()?.clone();
    let date = headers.iter().position(|name| name == "date").ok_or("the lines have no date")?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headers)?;
    for row in reader.records() {
        let row = row?;
        if row.get(date).is_some_and(|date| date < LEARN_UNTIL) {
            writer.write_record(&row)?;
        }
    }
    Ok(writer.into_inner().map_err(|e| e.to_string())?)
}

/// A moment of the data set, as the API takes it.
pub(crate) fn moment(date: &str) -> String {
    format!("{date}:00Z")
}
