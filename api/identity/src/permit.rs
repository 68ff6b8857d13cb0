//! The permissions, one type each, to be named in handlers' signatures: `Acting<permit::ReadOrders>`.

use super::scope::Scope;
use kernel::principal::{Permission, Side};

macro_rules! permits {
    ($($(#[$doc:meta])* $name:ident = $scope:ident, $side:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl Permission for $name {
            const SCOPE: &'static str = Scope::$scope.word();
            const SCHEME: &'static str = Scope::$scope.scheme();
            const HELP: &'static str = Scope::$scope.help();
            const SIDE: Side = Side::$side;
        }
    )*};
}

permits! {
    /// Look at products.
    ReadProducts = ProductsRead, Either;
    /// Keep products.
    WriteProducts = ProductsWrite, Seller;
    /// Ask for one's own prices.
    AskPrices = PricesRead, Either;
    /// Keep price lists, contracts, promotions.
    WritePrices = PricesWrite, Seller;
    /// Look at availability.
    ReadStock = StockRead, Either;
    /// Move stock.
    WriteStock = StockWrite, Seller;
    /// Look at carts.
    ReadCarts = CartsRead, Either;
    /// Fill carts.
    WriteCarts = CartsWrite, Either;
    /// Look at quotes.
    ReadQuotes = QuotesRead, Either;
    /// Ask for quotes, decline and withdraw them.
    WriteQuotes = QuotesWrite, Either;
    /// Offer prices.
    OfferQuotes = QuotesWrite, Seller;
    /// Look at orders.
    ReadOrders = OrdersRead, Either;
    /// Place, change, cancel orders.
    WriteOrders = OrdersWrite, Either;
    /// Hold and release orders.
    WriteHolds = HoldsWrite, Seller;
    /// Follow shipments.
    ReadShipments = ShipmentsRead, Either;
    /// Pick, pack, ship.
    WriteShipments = ShipmentsWrite, Seller;
    /// Look at invoices and payments.
    ReadInvoices = InvoicesRead, Either;
    /// Record payments.
    WritePayments = PaymentsWrite, Seller;
    /// Look at accounts.
    ReadAccounts = AccountsRead, Either;
    /// Keep accounts.
    WriteAccounts = AccountsWrite, Seller;
    /// Set credit limits and terms.
    WriteCredit = CreditWrite, Seller;
    /// Keep people and machine clients.
    WriteUsers = UsersWrite, Either;
    /// Follow events.
    ReadEvents = EventsRead, Either;
    /// Run imports.
    RunImports = ImportsWrite, Seller;
    /// Read the figures of the process.
    ReadMetrics = MetricsRead, Seller;
    /// Look at background jobs and retry them.
    WriteJobs = JobsWrite, Seller;
    /// Read and change the settings of the seller.
    WriteSettings = SettingsWrite, Seller;
}
