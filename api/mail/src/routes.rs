//! Mail over HTTP.

use poem_openapi::param::Header;
use poem_openapi::{OpenApi, Tags};

use identity::{PasswordReset, permit};
use kernel::principal::{Acting, Visitor};
use kernel::problem::{ApiError, CommonError};
use kernel::wire::{Accepted, Body};

use crate::error::MailError;
use crate::events::TestMailRequested;
use crate::message::Mail;
use crate::send::send;
use crate::views::{PasswordResetInput, PasswordResetView, TestMailInput, TestMailView};
use settings::{SellerSettings, Settings};

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

/// Mails to people about their own sign-in.
#[derive(Debug)]
pub struct PasswordResetRoutes {
    /// Where links lead to.
    pub settings: Settings,
}

#[OpenApi(tag = "Tag::Operations")]
impl PasswordResetRoutes {
    /// Ask for a link to a new password
    ///
    /// The link is mailed to the address if somebody signs in with it; the answer is the same if nobody does. It works once, for an
    /// hour, and ends those before it.
    #[oai(path = "/v1/password-resets", method = "post", operation_id = "request_password_reset")]
    async fn request_password_reset(
        &self,
        visitor: Visitor,
        body: Body<PasswordResetInput>,
    ) -> Result<Accepted<PasswordResetView>> {
        let tx = visitor.begin().await?;
        let reset = identity::begin_reset(&tx, &body.0.email, visitor.address()).await;
        if let Ok(Some(reset)) = &reset {
            let to = reset.email.parse().map_err(|_| CommonError::Internal("a person's address is none".to_owned()))?;
            send(&tx, Mail::new(to, "Your new password", reset_text(&self.settings.current(), reset))).await?;
        }
        // A try that is over the limit was paid for as well.
        tx.commit(()).await?;
        reset.map_err(MailError::from)?;
        Ok(Accepted::of(&PasswordResetView { expires_in: 3_600 })?)
    }
}

fn reset_text(seller: &SellerSettings, reset: &PasswordReset) -> String {
    let way = match seller.link(&format!("/new-password?token={}", reset.token)) {
        Some(link) => format!("Set it here, within an hour:\n{link}"),
        None => format!("Set it within an hour with this token:\n{}", reset.token),
    };
    format!(
        "Hello {},\n\nsomebody, probably you, asked for a new password at {}.\n{way}\n\nIf it was not you, do nothing: your password \
         stays as it is.\n",
        reset.name, seller.name
    )
}

const TEXT: &str = "This mail was sent to see whether mail arrives. It did.\n";
