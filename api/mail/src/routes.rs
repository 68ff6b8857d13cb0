//! Mail over HTTP.

use poem_openapi::param::Header;
use poem_openapi::{OpenApi, Tags};

use identity::permit;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Accepted, Body};

use crate::error::MailError;
use crate::events::TestMailRequested;
use crate::message::Mail;
use crate::send::send;
use crate::views::{TestMailInput, TestMailView};

type Result<T> = std::result::Result<T, ApiError<MailError>>;

#[derive(Tags)]
enum Tag {
    /// What works in the background.
    Operations,
}

/// Mail.
#[derive(Debug)]
pub struct MailRoutes;

#[OpenApi(tag = "Tag::Operations")]
impl MailRoutes {
    /// Send a test mail
    ///
    /// A mail to this address is on its way when the answer comes. Its job is gone once it was delivered, waits while delivery fails
    /// for now, and is dead with the server's words when the mail was refused.
    #[oai(path = "/v1/mail/tests", method = "post", operation_id = "send_test_mail")]
    async fn send_test_mail(
        &self,
        who: Acting<permit::WriteSettings>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<TestMailInput>,
    ) -> Result<Accepted<TestMailView>> {
        let to = body.0.address()?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Accepted::replay(replay));
        }
        let job = send(&tx, Mail::new(to, "Test mail", TEXT)).await?;
        tx.record(&TestMailRequested { job: job.0 });
        let answer = Accepted::stored(&tx, &TestMailView { job_id: job.0 }).await?;
        Ok(tx.commit(answer).await?)
    }
}

const TEXT: &str = "This mail was sent to see whether mail arrives. It did.\n";
