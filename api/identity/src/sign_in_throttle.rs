//! How often somebody may try to sign in.
//!
//! Each try is paid for before it is looked at, in one statement, so that a thousand at once are no more than a thousand in turn. What
//! was spent comes back with time, and at once when the try succeeds. There is an allowance for an address tried from one source, which
//! keeps guesses few without locking out the owner, who tries from another; and larger ones for each source and each address, against many
//! addresses and many sources. Known and unknown addresses are treated alike.

use entity::Instant;
use sea_orm::{ConnectionTrait as _, DbErr};
use sha2::{Digest as _, Sha256};
use store::Db as _;
use store::clock;
use store::database::Tx;

use kernel::tokens::hex;

/// How many tries may be made at once, and after how long one comes back, in microseconds.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    tries: i64,
    comes_back: i64,
}

const ADDRESS_AT_SOURCE: Allowance = Allowance { tries: 5, comes_back: 60 * clock::SECOND };
const SOURCE: Allowance = Allowance { tries: 50, comes_back: 5 * clock::SECOND };
const ADDRESS: Allowance = Allowance { tries: 100, comes_back: 30 * clock::SECOND };

/// A try that was paid for.
#[derive(Debug)]
pub(super) struct Attempt {
    keys: [(String, Allowance); 3],
}

impl Attempt {
    /// Pays for a try; gives in how many seconds there is one again when there is none left. The caller commits either way.
    pub(super) async fn pay(tx: &Tx, email: &str, source: &str) -> Result<Result<Self, u64>, DbErr> {
        // Digests, so that the table holds no addresses of people who are none of the seller's.
        let key = |kind: &str, text: &str| format!("{kind}:{}", &hex(&Sha256::digest(text.as_bytes()))[..32]);
        let keys = [
            (key("pair", &format!("{email}\n{source}")), ADDRESS_AT_SOURCE),
            (key("source", source), SOURCE),
            (key("address", email), ADDRESS),
        ];
        for (key, allowance) in &keys {
            if !spend(tx, key, *allowance).await? {
                return Ok(Err((allowance.comes_back / clock::SECOND).unsigned_abs()));
            }
        }
        Ok(Ok(Self { keys }))
    }

    /// Gives back what was paid, because the try succeeded; the address has its whole allowance again.
    pub(super) async fn refund(self, tx: &Tx) -> Result<(), DbErr> {
        for (key, allowance) in self.keys {
            let all = key.starts_with("pair:");
            let spent = if all { i64::MAX / 4 } else { allowance.comes_back };
            let sql = format!(
                "update sign_in_tries set spent = {least}(spent - $2, 0) where key = $1",
                least = tx.dialect("max", "greatest")
            );
            tx.execute_raw(tx.statement(sql, [key.into(), spent.into()])).await?;
        }
        Ok(())
    }
}

/// Takes one try from an allowance. What was spent is counted in the time after which it has come back.
async fn spend(tx: &Tx, key: &str, allowance: Allowance) -> Result<bool, DbErr> {
    let most = tx.dialect("max", "greatest");
    let now_spent = format!("{most}(sign_in_tries.spent - ($3 - sign_in_tries.counted_at), 0) + $2");
    let sql = format!(
        "insert into sign_in_tries (key, spent, counted_at) values ($1, $2, $3) on conflict (key) do update \
         set spent = {now_spent}, counted_at = $3 where {now_spent} <= $4 returning spent"
    );
    let values = [key.into(), allowance.comes_back.into(), tx.now().0.into(), (allowance.comes_back * allowance.tries).into()];
    Ok(tx.row(tx.statement(sql, values)).await?.is_some())
}

/// Deletes what has come back in full.
pub async fn purge_expired(tx: &Tx) -> Result<u64, DbErr> {
    let Instant(now) = tx.now();
    let sql = "delete from sign_in_tries where counted_at + spent < $1";
    Ok(tx.execute_raw(tx.statement(sql, [now.into()])).await?.rows_affected())
}
