//! What buyers searched for, and what became of it.

crate::migration! {
    tables: ["noted_searches", "noted_clicks", "search_tallies"],
    up: [
        // The id rises with time: its upper bits are the instant. `shown` are ids of products, parted by spaces.
        "create table noted_searches (id {id}, account_id bigint not null, query text not null, shown text not null)",
        "create index noted_searches_by_account on noted_searches (account_id, id)",
        "create table noted_clicks (
            search_id bigint not null, product_id bigint not null, position bigint not null,
            primary key (search_id, product_id)){clustered}",
        // `day` counts from 1970. `positions` is the sum over the clicks, `clicked` the searches with any.
        "create table search_tallies (
            day bigint not null, query text not null, account_id bigint not null, searches bigint not null,
            empty bigint not null, relaxed bigint not null, clicked bigint not null, clicks bigint not null,
            positions bigint not null, orders bigint not null, quantity bigint not null, lookup boolean not null,
            found bigint not null, last_at bigint not null, updated_at bigint not null,
            primary key (day, query, account_id)){clustered}",
        "create index search_tallies_by_update on search_tallies (updated_at)",
    ],
}
