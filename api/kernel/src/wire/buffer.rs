//! The bytes of an answer, in memory that is used again once the answer was sent: a basket of a thousand lines is answered with a
//! megabyte, which would otherwise be asked from the system and given back each time.

use std::io;
use std::ops::Deref;

use parking_lot::Mutex;

/// Buffers that wait for the next answer, at most.
const WAITING: usize = 8;
/// Bytes of the largest that is kept.
const LARGEST: usize = 2 * 1024 * 1024;
/// Bytes of a new one.
const USUAL: usize = 4 * 1024;

static POOL: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// A text being written.
#[derive(Debug)]
pub struct Buffer(Vec<u8>);

impl Default for Buffer {
    fn default() -> Self {
        Self(POOL.lock().pop().unwrap_or_else(|| Vec::with_capacity(USUAL)))
    }
}

impl Buffer {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes bytes behind those that are there.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0);
        if bytes.capacity() <= LARGEST {
            bytes.clear();
            let mut pool = POOL.lock();
            if pool.len() < WAITING {
                pool.push(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_used_again_is_empty() {
        for _ in 0..3 {
            let mut buffers = [Buffer::new(), Buffer::new()];
            for buffer in &mut buffers {
                assert!(buffer.is_empty());
                buffer.push(b"something");
            }
            assert_eq!(&*buffers[1], b"something");
        }
    }
}
