//! HTTP routes of billing.

use entity::PaymentId;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::error::BillingError;
use super::queries::{self, InvoiceFilter, PaymentFilter, payment_name};
use super::views::{AllocationsInput, InvoiceView, RemittanceInput, RemittanceView, StatementView};
use super::{account_statement, payments};
use ::orders::find_order_id;
use identity::permit;
use identity::{Accounts, account_for, visible_account};
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Body, Code, Created, Etag, JsonResponse, Page, PageRequest};
use store::clock;
use store::database::Tx;

type Result<T> = std::result::Result<T, ApiError<BillingError>>;

#[derive(Tags)]
enum Tag {
    /// Invoices, payments, statements.
    Billing,
}

/// Billing.
#[derive(Debug)]
pub struct BillingRoutes {
    /// All accounts.
    pub accounts: Accounts,
}

#[OpenApi(tag = "Tag::Billing")]
impl BillingRoutes {
    /// Read an invoice
    ///
    /// With its lines and the payments allocated to it. An invoice of another account is answered 404.
    #[oai(path = "/v1/invoices/:number", method = "get", operation_id = "get_invoice")]
    async fn get_invoice(&self, who: Acting<permit::ReadInvoices>, number: Path<Code>) -> Result<JsonResponse<InvoiceView>> {
        let db = who.db();
        let invoice = queries::find_invoice(&db, &number.0, who.account()).await?;
        let etag = Etag(invoice.version);
        let loaded = queries::load_invoices(&db, vec![invoice]).await?.pop();
        let loaded = loaded.ok_or_else(|| BillingError::InvoiceNotFound(number.0.to_string()))?;
        Ok(JsonResponse::of(&InvoiceView::new(loaded, &self.accounts, clock::now())?)?.with_etag(etag))
    }

    /// List invoices
    ///
    /// Newest first, of one account, of one order, or all that the caller may see; optionally only open or overdue invoices.
    #[oai(path = "/v1/invoices", method = "get", operation_id = "list_invoices")]
    #[expect(clippy::too_many_arguments, reason = "each is a query parameter of its own")]
    async fn list_invoices(
        &self,
        who: Acting<permit::ReadInvoices>,
        account: Query<Option<Code>>,
        order: Query<Option<Code>>,
        open: Query<Option<bool>>,
        overdue: Query<Option<bool>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<InvoiceView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 20, 100)?;
        let (db, now) = (who.db(), clock::now());
        let order = find_order_id(&db, order.0.as_deref(), who.account()).await.map_err(BillingError::from)?;
        let filter = InvoiceFilter {
            account: visible_account(&who, &self.accounts, account.0.as_deref()).map_err(BillingError::from)?,
            order,
            open: open.0,
            overdue: overdue.0.map(|wanted| (wanted, now)),
            page,
        };
        let loaded = queries::list_invoices(&db, filter).await?;
        let mut items = Vec::with_capacity(loaded.len());
        for invoice in loaded {
            items.push((invoice.invoice.id.0, InvoiceView::new(invoice, &self.accounts, now)?));
        }
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Record a payment
    ///
    /// The payment is allocated to the invoices given, or to those due first. Within the discount period of the terms the
    /// early-payment discount is taken when the payment covers the rest. An overpaid amount stays unallocated. A payment for an
    /// order in advance releases it when the payments for it cover it. The payment is recorded whole or not at all.
    #[oai(path = "/v1/payments", method = "post", operation_id = "record_payment")]
    async fn record_payment(
        &self,
        who: Acting<permit::WritePayments>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<RemittanceInput>,
    ) -> Result<Created<RemittanceView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let id = payments::record(&tx, &self.accounts, body.0.into()).await?;
        let answer = Created::stored(&tx, &self.view(&tx, id).await?).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Allocate the unallocated amount of a payment
    ///
    /// To the invoices given, or to those due first; at most the unallocated amount of the payment and the outstanding amount
    /// of an invoice.
    #[oai(path = "/v1/payments/:id/allocations", method = "post", operation_id = "allocate_payment")]
    async fn allocate_payment(
        &self,
        who: Acting<permit::WritePayments>,
        id: Path<Code>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<AllocationsInput>,
    ) -> Result<JsonResponse<RemittanceView>> {
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(JsonResponse::replay(replay));
        }
        let id = payments::allocate(&tx, &id.0, body.0.into_requested()).await?;
        let answer = JsonResponse::stored(&tx, &self.view(&tx, id).await?).await?;
        Ok(tx.commit(answer).await?)
    }

    /// Read a payment
    ///
    /// With its allocations. A payment of another account is answered 404.
    #[oai(path = "/v1/payments/:id", method = "get", operation_id = "get_payment")]
    async fn get_payment(&self, who: Acting<permit::ReadInvoices>, id: Path<Code>) -> Result<JsonResponse<RemittanceView>> {
        let db = who.db();
        let payment = queries::find_payment(&db, &id.0, who.account()).await?;
        let loaded = queries::load_payments(&db, vec![payment]).await?.pop();
        let loaded = loaded.ok_or_else(|| BillingError::PaymentNotFound(id.0.to_string()))?;
        Ok(JsonResponse::of(&RemittanceView::new(loaded, &self.accounts))?)
    }

    /// List payments
    ///
    /// Newest first, of one account or all that the caller may see; optionally only payments with an unallocated amount.
    #[oai(path = "/v1/payments", method = "get", operation_id = "list_payments")]
    async fn list_payments(
        &self,
        who: Acting<permit::ReadInvoices>,
        account: Query<Option<Code>>,
        unallocated: Query<Option<bool>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<RemittanceView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 20, 100)?;
        let filter = PaymentFilter {
            account: visible_account(&who, &self.accounts, account.0.as_deref()).map_err(BillingError::from)?,
            unallocated: unallocated.0,
            page,
        };
        let loaded = queries::list_payments(&who.db(), filter).await?;
        let items = loaded.into_iter().map(|l| (l.payment.id.0, RemittanceView::new(l, &self.accounts)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Read the statement of an account
    ///
    /// Open invoices by age, and payments with an unallocated amount.
    #[oai(path = "/v1/accounts/:code/statement", method = "get", operation_id = "get_statement")]
    async fn get_statement(&self, who: Acting<permit::ReadInvoices>, code: Path<Code>) -> Result<JsonResponse<StatementView>> {
        let account = account_for(&who, &self.accounts, Some(&code.0)).map_err(BillingError::from)?;
        let now = clock::now();
        let statement = account_statement::of(&who.db(), account.id, now).await?;
        Ok(JsonResponse::of(&StatementView::new(&account.code, statement, &self.accounts, now))?)
    }
}

impl BillingRoutes {
    /// The payment at the end of this transaction.
    async fn view(&self, tx: &Tx, id: PaymentId) -> std::result::Result<RemittanceView, BillingError> {
        let payment = queries::find_payment(tx, &payment_name(id), None).await?;
        let loaded = queries::load_payments(tx, vec![payment]).await?.pop();
        let loaded = loaded.ok_or_else(|| BillingError::PaymentNotFound(payment_name(id)))?;
        Ok(RemittanceView::new(loaded, &self.accounts))
    }
}
