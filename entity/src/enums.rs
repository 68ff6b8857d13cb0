//! Enums stored in columns, each as the word that stands in the API.

use sea_orm::prelude::*;

/// Declares an enum stored as text. The word of each variant is what the column and the API carry.
macro_rules! stored_enum {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum,
            poem_openapi::Enum, serde::Serialize, serde::Deserialize,
        )]
        #[oai(rename_all = "snake_case")]
        #[serde(rename_all = "snake_case")]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $($(#[$vdoc])* #[sea_orm(string_value = $word)] $variant,)*
        }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word stored and shown.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The variant of a word, if there is one.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    )*};
}

stored_enum! {
    /// Whether an account may order.
    AccountStatus {
        /// May order.
        Active = "active",
        /// May look, not order.
        Blocked = "blocked",
    }
    /// What staff say of search.
    CurationKind {
        /// Words that mean the same.
        Synonyms = "synonyms",
        /// What a question is answered with besides what is found.
        Rule = "rule",
    }
    /// Whether a person may sign in.
    UserStatus {
        /// May sign in.
        Active = "active",
        /// May not.
        Disabled = "disabled",
    }
    /// A person's role. The first three belong to the buyer's side, the others to the seller's.
    Role {
        /// Looks.
        Viewer = "viewer",
        /// Orders.
        Buyer = "buyer",
        /// Manages the account's people and clients.
        AccountAdmin = "account_admin",
        /// Keeps products.
        Catalog = "catalog",
        /// Keeps prices.
        Pricing = "pricing",
        /// Serves accounts and their orders.
        Sales = "sales",
        /// Moves stock and shipments.
        Warehouse = "warehouse",
        /// Invoices, payments, credit.
        Finance = "finance",
        /// Everything of the seller's side.
        Admin = "admin",
    }
    /// Where a product stands in its life.
    Lifecycle {
        /// Not yet shown to buyers.
        Draft = "draft",
        /// Sold.
        Active = "active",
        /// Sold while stock lasts; never backordered.
        PhaseOut = "phase_out",
        /// No longer sold; shown with its successor.
        Discontinued = "discontinued",
    }
    /// What kind of name an identifier is.
    IdentifierKind {
        /// The seller's own number of the product, for look-up without regard to case and separators.
        Sku = "sku",
        /// Manufacturer part number.
        Mpn = "mpn",
        /// GTIN, EAN or UPC.
        Gtin = "gtin",
        /// An account's own part number.
        Customer = "customer",
        /// A number the product had before.
        Superseded = "superseded",
    }
    /// How one product relates to another.
    RelationKind {
        /// Cannot be used without.
        Required = "required",
        /// Useful together.
        Accessory = "accessory",
        /// Fits.
        Compatible = "compatible",
        /// May replace.
        Substitute = "substitute",
        /// Replaces for good.
        Successor = "successor",
    }
    /// What an account says to getting another product than it asked for.
    Consent {
        /// Never another product.
        Never = "never",
        /// Only if somebody of the account agrees.
        Ask = "ask",
        /// Without asking.
        Automatic = "automatic",
    }
    /// What a rule of visibility does.
    VisibilityEffect {
        /// Its audience never sees the targets.
        Deny = "deny",
        /// Its audience sees nothing but targets of such rules.
        Allow = "allow",
        /// Nobody but the audiences of such rules sees the targets.
        Reserve = "reserve",
    }
    /// Whom a price list is for.
    AssignedKind {
        /// One account and, by inheritance, its descendants.
        Account = "account",
        /// Every account of a group.
        Group = "group",
        /// Everyone.
        Default = "default",
    }
    /// How a contract's price stands against others.
    ContractMode {
        /// The contract's price stands, higher or lower.
        Exclusive = "exclusive",
        /// The lowest of list, contract and promotion.
        BestOf = "best_of",
    }
    /// What a contract or promotion line is about.
    TargetKind {
        /// One product.
        Sku = "sku",
        /// A category and everything below it.
        Category = "category",
        /// A brand.
        Brand = "brand",
        /// Everything.
        Everything = "everything",
    }
    /// How a line makes a price.
    PriceRuleKind {
        /// A unit price.
        Fixed = "fixed",
        /// Percent off the list price.
        PercentOff = "percent_off",
        /// An amount off the list price.
        AmountOff = "amount_off",
        /// Percent on top of the product's cost.
        CostPlus = "cost_plus",
    }
    /// Which quantity a threshold is compared with.
    VolumeScope {
        /// All lines of the SKU in the basket.
        Sku = "sku",
        /// All lines of the mix-and-match group in the basket.
        Group = "group",
        /// Ordered in the contract period so far, and this basket.
        Period = "period",
    }
    /// Whom a promotion is for.
    AudienceKind {
        /// Everyone.
        Everyone = "everyone",
        /// A group.
        Group = "group",
        /// One account.
        Account = "account",
    }
    /// Where a unit price came from.
    PriceSource {
        /// A price list.
        List = "list",
        /// A contract.
        Contract = "contract",
        /// A promotion.
        Promotion = "promotion",
        /// Offered in a quote.
        Quote = "quote",
        /// Agreed outside the price engine and imported.
        Agreed = "agreed",
    }
    /// How far a draft of price changes is.
    ChangeSetStatus {
        /// Being collected.
        Draft = "draft",
        /// In force, or from its date on.
        Published = "published",
        /// Given up.
        Dropped = "dropped",
    }
    /// Whether a cart can still change.
    CartStatus {
        /// Can change.
        Open = "open",
        /// Became an order.
        Ordered = "ordered",
    }
    /// How an order is paid.
    PaymentMethod {
        /// On the account's terms, within its credit limit.
        Terms = "terms",
        /// Before shipment.
        Prepaid = "prepaid",
    }
    /// Why an order is held.
    HoldKind {
        /// The order would exceed the credit limit.
        CreditLimit = "credit_limit",
        /// The account is overdue beyond its grace.
        Overdue = "overdue",
        /// Prepayment has not arrived.
        Prepayment = "prepayment",
        /// Staff stopped it.
        Manual = "manual",
    }
    /// How far a shipment is.
    ShipmentStage {
        /// To be picked.
        Created = "created",
        /// Picked from the shelves.
        Picked = "picked",
        /// In parcels.
        Packed = "packed",
        /// Left the warehouse.
        Shipped = "shipped",
        /// Arrived.
        Delivered = "delivered",
        /// Given up before it left.
        Cancelled = "cancelled",
    }
    /// How far a job is.
    JobStatus {
        /// Not started.
        Queued = "queued",
        /// Working.
        Running = "running",
        /// Done; rows may have been rejected.
        Done = "done",
        /// Stopped by an error.
        Failed = "failed",
    }
}

impl Role {
    /// Whether the role belongs to the buyer's side.
    pub const fn is_buyer_side(self) -> bool {
        matches!(self, Self::Viewer | Self::Buyer | Self::AccountAdmin)
    }
}

impl ShipmentStage {
    /// Whether a shipment at this stage may go on to `next`.
    pub fn may_become(self, next: Self) -> bool {
        use ShipmentStage::{Cancelled, Created, Delivered, Packed, Picked, Shipped};
        matches!(
            (self, next),
            (Created, Picked | Cancelled)
                | (Picked, Packed | Shipped | Cancelled)
                | (Packed, Shipped | Cancelled)
                | (Shipped, Delivered)
        )
    }
}
