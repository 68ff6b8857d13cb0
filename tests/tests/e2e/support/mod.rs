//! What tests speak with: a [`Shop`] is the product running on a database of its own, an [`Actor`] is somebody who talks to
//! it, an [`Answer`] is what they hear.

mod actor;
mod answer;
mod home;
mod process;
mod shop;
mod wait;

pub(crate) use actor::Actor;
pub(crate) use answer::Answer;
pub(crate) use home::{Home, is_postgres};
pub(crate) use process::{Process, bulkhead, free_port};
pub(crate) use shop::{BUYER_SCOPES, Setup, Shop};
pub(crate) use wait::{eventually, unique};
