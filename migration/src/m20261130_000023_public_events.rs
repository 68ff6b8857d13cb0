//! The public form of an event beside its internal one: what partners read of it. Events without one have nothing to say beyond
//! their kind and subject.

crate::migration! {
    tables: [],
    up: ["alter table events add column public text"],
}
