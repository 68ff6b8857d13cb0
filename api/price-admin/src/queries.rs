//! Reading price lists, entries, contracts and promotions page by page.

use ahash::AHashMap;
use entity::{
    AccountId, ContractId, PriceListId, ProductId, PromotionId, contract_terms, contracts, price_entries, price_list_terms,
    price_lists, promotion_terms, promotions,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use store::Db;

use super::lists::PriceList;
use kernel::wire::PageRequest;

/// Price lists in the order they were created, with their present terms.
pub(super) async fn list_price_lists(db: &impl Db, page: PageRequest) -> Result<Vec<PriceList>, DbErr> {
    let lists = page.ascending(price_lists::Entity::find(), price_lists::Column::Id).all(db).await?;
    let ids: Vec<PriceListId> = lists.iter().map(|list| list.id).collect();
    let terms = price_list_terms::Entity::find()
        .filter(price_list_terms::Column::ListId.is_in(ids))
        .filter(price_list_terms::Column::SupersededAt.is_null());
    let mut terms: AHashMap<PriceListId, price_list_terms::Model> =
        terms.all(db).await?.into_iter().map(|terms| (terms.list_id, terms)).collect();
    let with_terms = |list: price_lists::Model| Some(PriceList { terms: terms.remove(&list.id)?, list });
    Ok(lists.into_iter().filter_map(with_terms).collect())
}

/// Which entries of a price list are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntryFilter {
    pub(super) list: PriceListId,
    pub(super) product: Option<ProductId>,
    /// Whether replaced and withdrawn entries are read too.
    pub(super) history: bool,
    pub(super) page: PageRequest,
}

/// Entries of a price list in the order they were recorded.
pub(super) async fn list_entries(db: &impl Db, filter: EntryFilter) -> Result<Vec<price_entries::Model>, DbErr> {
    let mut select = price_entries::Entity::find().filter(price_entries::Column::ListId.eq(filter.list));
    if let Some(product) = filter.product {
        select = select.filter(price_entries::Column::ProductId.eq(product));
    }
    if !filter.history {
        select = select.filter(price_entries::Column::SupersededAt.is_null());
    }
    filter.page.ascending(select, price_entries::Column::Id).all(db).await
}

/// Contracts in the order they were created, of one account if it is given: code and present terms of each.
pub(super) async fn list_contracts(
    db: &impl Db,
    account: Option<AccountId>,
    page: PageRequest,
) -> Result<Vec<(String, contract_terms::Model)>, DbErr> {
    let mut select = contract_terms::Entity::find().filter(contract_terms::Column::SupersededAt.is_null());
    if let Some(account) = account {
        select = select.filter(contract_terms::Column::AccountId.eq(account));
    }
    let terms = page.ascending(select, contract_terms::Column::ContractId).all(db).await?;
    let ids: Vec<ContractId> = terms.iter().map(|terms| terms.contract_id).collect();
    let found = contracts::Entity::find().filter(contracts::Column::Id.is_in(ids)).all(db).await?;
    let mut codes: AHashMap<ContractId, String> = found.into_iter().map(|contract| (contract.id, contract.code)).collect();
    Ok(terms.into_iter().map(|terms| (codes.remove(&terms.contract_id).unwrap_or_default(), terms)).collect())
}

/// Promotions in the order they were created: code and present terms of each.
pub(super) async fn list_promotions(db: &impl Db, page: PageRequest) -> Result<Vec<(String, promotion_terms::Model)>, DbErr> {
    let select = promotion_terms::Entity::find().filter(promotion_terms::Column::SupersededAt.is_null());
    let terms = page.ascending(select, promotion_terms::Column::PromotionId).all(db).await?;
    let ids: Vec<PromotionId> = terms.iter().map(|terms| terms.promotion_id).collect();
    let found = promotions::Entity::find().filter(promotions::Column::Id.is_in(ids)).all(db).await?;
    let mut codes: AHashMap<PromotionId, String> = found.into_iter().map(|promotion| (promotion.id, promotion.code)).collect();
    Ok(terms.into_iter().map(|terms| (codes.remove(&terms.promotion_id).unwrap_or_default(), terms)).collect())
}
