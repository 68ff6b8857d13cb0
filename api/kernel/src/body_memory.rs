//! Bodies in memory: each has a limit, and all together have one.

use std::sync::Arc;

use futures_util::StreamExt as _;
use poem::Body;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of one permit.
const UNIT: usize = 4 * 1024;

/// The memory that bodies may take together.
#[derive(Clone, Debug)]
pub struct BodyMemory(Arc<Semaphore>);

/// A body that was read whole. Its memory counts until it is dropped.
#[derive(Debug, Default)]
pub(super) struct HeldBody {
    pub(super) bytes: Vec<u8>,
    pub(super) memory: Option<OwnedSemaphorePermit>,
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It has more bytes than it may have.
    TooLarge,
    /// Other bodies take the memory.
    NoMemory,
    /// The client ended the connection.
    Broken,
}

impl BodyMemory {
    /// So many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new((bytes / UNIT).clamp(1, Semaphore::MAX_PERMITS))))
    }

    /// Reads a body of at most `limit` bytes. One that is refused is read on for at most `drain` bytes, because a client that is still
    /// sending when the connection closes never sees the answer.
    pub(super) async fn read(&self, body: Body, limit: usize, drain: usize) -> Result<HeldBody, Unread> {
        let mut chunks = body.into_bytes_stream();
        let mut read = Ok(HeldBody::default());
        let mut drained = 0_usize;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Unread::Broken)?;
            match &mut read {
                Ok(held) if held.bytes.len() + chunk.len() > limit => read = Err(Unread::TooLarge),
                Ok(held) => match self.reserve(held, chunk.len()) {
                    Ok(()) => held.bytes.extend_from_slice(&chunk),
                    Err(refused) => read = Err(refused),
                },
                Err(_) => {}
            }
            if read.is_err() {
                drained += chunk.len();
                if drained > drain {
                    break;
                }
            }
        }
        read
    }

    /// Counts more bytes of a body.
    fn reserve(&self, held: &mut HeldBody, more: usize) -> Result<(), Unread> {
        let needed = (held.bytes.len() + more).div_ceil(UNIT);
        let reserved = held.memory.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        if needed > reserved {
            let missing = u32::try_from(needed - reserved).map_err(|_| Unread::TooLarge)?;
            let permit = self.0.clone().try_acquire_many_owned(missing).map_err(|_| Unread::NoMemory)?;
            match &mut held.memory {
                Some(memory) => memory.merge(permit),
                none => *none = Some(permit),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_have_a_limit_each_and_one_together() {
        let memory = BodyMemory::new(10 * UNIT);
        let body = |bytes: usize| Body::from_vec(vec![1; bytes]);
        let first = memory.read(body(6 * UNIT), 8 * UNIT, 0).await.expect("there is room");
        assert_eq!(memory.read(body(6 * UNIT), 8 * UNIT, 0).await.err(), Some(Unread::NoMemory));
        assert_eq!(memory.read(body(9 * UNIT), 8 * UNIT, 100 * UNIT).await.err(), Some(Unread::TooLarge));
        drop(first);
        let again = memory.read(body(6 * UNIT), 8 * UNIT, 0).await.expect("there is room again");
        assert_eq!(again.bytes.len(), 6 * UNIT);
        drop(again);
        assert_eq!(memory.0.available_permits(), 10);
    }
}
