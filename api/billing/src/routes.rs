//! Billing over HTTP.

use entity::PaymentId;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};

use super::error::BillingError;
use super::queries::{self, InvoiceFilter, PaymentFilter, payment_name};
use super::views::{AllocationsInput, InvoiceView, RemittanceInput, RemittanceView, StatementView};
use super::{account_statement, payments};
use ::orders::find_order;
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
    /// With its lines and the payments that settled it. Another account's invoice does not exist.
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
    /// Newest first, of one account, one order or all that the caller may see; on demand only those that are open or overdue.
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
        let order = match &order.0 {
            Some(number) => Some(find_order(&db, number, who.account()).await.map_err(BillingError::from)?.id),
            None => None,
        };
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
    /// A remittance over the invoices named, or over those due first. Within the window of the terms the discount for paying
    /// early is taken off when the payment covers the rest. What is paid on top stays on the payment. A payment that names an
    /// order in advance releases it when the payments that name it cover it. All of it is recorded or nothing.
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

    /// Allocate the rest of a payment
    ///
    /// To the invoices named, or to those due first; never more than is left of the payment or open of an invoice.
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
    /// With what it settled. Another account's payment does not exist.
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
    /// Newest first, of one account or all that the caller may see; on demand only those of which something is not allocated.
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
    /// Open invoices by how late they are, and payments of which something is not allocated.
    #[oai(path = "/v1/accounts/:code/statement", method = "get", operation_id = "get_statement")]
    async fn get_statement(&self, who: Acting<permit::ReadInvoices>, code: Path<Code>) -> Result<JsonResponse<StatementView>> {
        let account = account_for(&who, &self.accounts, Some(&code.0)).map_err(BillingError::from)?;
        let now = clock::now();
        let statement = account_statement::of(&who.db(), account.id, now).await?;
        Ok(JsonResponse::of(&StatementView::new(&account.code, statement, &self.accounts, now))?)
    }
}

impl BillingRoutes {
    /// A payment as this transaction leaves it.
    async fn view(&self, tx: &Tx, id: PaymentId) -> std::result::Result<RemittanceView, BillingError> {
        let payment = queries::find_payment(tx, &payment_name(id), None).await?;
        let loaded = queries::load_payments(tx, vec![payment]).await?.pop();
        let loaded = loaded.ok_or_else(|| BillingError::PaymentNotFound(payment_name(id)))?;
        Ok(RemittanceView::new(loaded, &self.accounts))
    }
}
