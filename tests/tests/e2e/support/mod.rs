//! What tests speak with: a [`Shop`] is the product running on a database of its own, an [`Actor`] is somebody who talks to
//! it, an [`Answer`] is what they hear.

mod actor;
mod amount;
mod answer;
mod books;
mod find;
mod fulfil;
mod home;
mod json;
mod number;
mod process;
mod shop;
mod suggest;
mod trade;
mod views;
mod wait;
mod workbook;

pub(crate) use actor::Actor;
pub(crate) use answer::{Answer, told};
pub(crate) use fulfil::PATIENCE;
pub(crate) use home::{Home, is_postgres};
pub(crate) use json::Json;
pub(crate) use number::{decimal, line_amount, micros, parse};
pub(crate) use process::{Process, bulkhead, free_port};
pub(crate) use shop::{BUYER_SCOPES, Setup, Shop, client, merge};
pub(crate) use suggest::{Past, pairs, skus};
pub(crate) use trade::{MAIN, line, made_of, nothing_rejected, number_of};
pub(crate) use views::{
    Cart, Fault, Import, Invoice, LineQuantity, Order, PickList, PriceQuote, Remittance, Settles, Shipment, StockBatch,
};
pub(crate) use wait::{eventually, in_millis, unique};
pub(crate) use workbook::workbook;
