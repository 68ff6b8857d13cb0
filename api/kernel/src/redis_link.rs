//! What Redis carries when it is there: a wake-up after every commit, so that other processes follow at once; the request
//! counts that let rate limits hold over all processes; and the event stream `bulkhead:events` for those who prefer Redis
//! to `GET /v1/events`.
//!
//! Nothing is only in Redis. When it goes away, other processes see a change within the polling interval, limits hold per
//! process, and the stream continues where it stopped as soon as Redis is back.

use std::time::Duration;

use futures_util::StreamExt as _;
use redis::aio::ConnectionManager;
use redis::{AsyncCommands as _, Client};
use tokio::sync::watch;

use super::rate::Rates;
use store::StoreError;
use store::events::{self, Range};
use store::system::System;

const CHANNEL: &str = "bulkhead:wake";
const STREAM: &str = "bulkhead:events";
const STREAM_POSITION: &str = "bulkhead:events:position";
const STREAM_LENGTH: usize = 100_000;
const PAUSE: Duration = Duration::from_secs(1);

/// Connects lazily; says at once when the address itself is wrong.
pub fn open(url: &str) -> Result<Client, String> {
    Client::open(url).map_err(|e| format!("redis-url: {e}"))
}

/// Tells other processes of commits made here, and follows what they tell, until `stop`.
pub async fn run(system: System, rates: Rates, client: Client, mut stop: watch::Receiver<bool>) {
    let hear = hear(system.clone(), client.clone());
    let tell = tell(system.clone(), client.clone());
    let share = share_rates(rates, client);
    tokio::select! {
        () = hear => {}
        () = tell => {}
        () = share => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn hear(system: System, client: Client) {
    loop {
        if let Ok(mut subscription) = client.get_async_pubsub().await
            && subscription.subscribe(CHANNEL).await.is_ok()
        {
            let mut messages = subscription.on_message();
            while let Some(message) = messages.next().await {
                if let Ok(seq) = message.get_payload::<i64>() {
                    system.feed().committed(seq);
                }
            }
        }
        tracing::warn!("redis is away; other processes' changes are polled");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Publishes how far the log goes, and appends to the stream. The stream's position is kept in Redis beside the stream, so
/// that it is lost and restored together with it.
async fn tell(system: System, client: Client) {
    let feed = system.feed().clone();
    let mut told = feed.latest_seen();
    loop {
        let Ok(mut redis) = ConnectionManager::new(client.clone()).await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        loop {
            feed.wait_for_more(told, PAUSE).await;
            let heard = feed.latest_seen();
            if heard > told {
                told = heard;
                if redis.publish::<_, _, ()>(CHANNEL, heard).await.is_err() {
                    break;
                }
            }
            match stream(&system, &mut redis).await {
                Ok(()) => {}
                Err(error) => {
                    tracing::warn!(error = %error, "the event stream waits for redis");
                    break;
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Appends the events after the stream's position. One process at a time holds the short lease that allows it.
async fn stream(system: &System, redis: &mut ConnectionManager) -> Result<(), String> {
    let lease = redis::cmd("SET").arg("bulkhead:events:lease").arg(1).arg("NX").arg("PX").arg(2_000).to_owned();
    let leased: Option<String> = lease.query_async(redis).await.map_err(|e| e.to_string())?;
    if leased.is_none() {
        return Ok(());
    }
    let result = append(system, redis).await;
    let _: Result<(), _> = redis.del("bulkhead:events:lease").await;
    result
}

async fn append(system: &System, redis: &mut ConnectionManager) -> Result<(), String> {
    let position: Option<i64> = redis.get(STREAM_POSITION).await.map_err(|e| e.to_string())?;
    let db = system.db();
    let mut position = match position {
        Some(position) => position,
        None => events::latest(&db).await.map_err(|e| e.to_string())?,
    };
    let range = Range { after: position, limit: 500, account: None };
    let batch = events::read_public(&db, range).await.map_err(|e| e.to_string())?;
    let mut pipe = redis::pipe();
    for event in &batch {
        pipe.cmd("XADD").arg(STREAM).arg("MAXLEN").arg("~").arg(STREAM_LENGTH).arg(format!("{}-1", event.seq));
        pipe.arg("type").arg(&event.kind).arg("subject").arg(&event.subject).arg("data").arg(event.data.get()).ignore();
        position = event.seq;
    }
    pipe.set(STREAM_POSITION, position).ignore();
    pipe.query_async::<()>(redis).await.map_err(|e| e.to_string())
}

/// Once a second each process adds what its callers used to a shared count and takes what they used elsewhere from its own
/// buckets: limits hold over all processes within a second, and no request waits for Redis.
async fn share_rates(rates: Rates, client: Client) {
    loop {
        let Ok(mut redis) = ConnectionManager::new(client.clone()).await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        loop {
            tokio::time::sleep(PAUSE).await;
            let used = rates.used_since_last_asked();
            if !used.is_empty() && exchange(&rates, &mut redis, used).await.is_err() {
                break;
            }
        }
    }
}

async fn exchange(rates: &Rates, redis: &mut ConnectionManager, used: Vec<(String, u32)>) -> Result<(), StoreError> {
    let failed = |e: redis::RedisError| StoreError::Internal(e.to_string());
    for (caller, own) in used {
        let key = format!("bulkhead:rate:{caller}");
        let (total, _): (u64, i64) =
            redis::pipe().atomic().incr(&key, own).expire(&key, 2).query_async(redis).await.map_err(failed)?;
        rates.used_elsewhere(&caller, total.saturating_sub(u64::from(own)));
    }
    Ok(())
}
