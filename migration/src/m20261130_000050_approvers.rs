//! Approvers become buyers: the role allowed what a buyer's does, and orders are not approved.

crate::migration! {
    tables: [],
    up: ["update users set roles = replace(roles, 'approver', 'buyer') where roles like '%approver%'"],
}
