//! Opening a file or any stream: gzip and zstd are recognised by their first bytes and unpacked on
//! the way.
//!
//! Promise: nothing is held in memory but the decoders' windows (zstd at most 128 MiB, by its own
//! limit), and no more than the given number of unpacked bytes is ever handed out.
//! Not here: what the bytes mean (`reader`).

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A stream to import, unpacked, with what a progress bar needs.
pub struct Source {
    pub input: Box<dyn Read + Send>,
    /// Size of the packed file in bytes, where known.
    pub size: Option<u64>,
    /// Packed bytes read so far; keeps counting while the stream is read.
    pub progress: Arc<AtomicU64>,
}

impl Source {
    pub fn file(path: &Path, most_bytes: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Self { size: Some(size), ..Self::stream(file, most_bytes)? })
    }

    /// Blocks until the first four bytes are there. Past `most_bytes` unpacked bytes reading fails.
    pub fn stream(input: impl Read + Send + 'static, most_bytes: u64) -> io::Result<Self> {
        let progress = Arc::new(AtomicU64::new(0));
        let mut counted = Counted { input, count: Arc::clone(&progress) };
        let mut magic = Vec::with_capacity(4);
        counted.by_ref().take(4).read_to_end(&mut magic)?;
        let kind = Packing::of(&magic);
        let whole = BufReader::with_capacity(1 << 16, Cursor::new(magic).chain(counted));
        let unpacked: Box<dyn Read + Send> = match kind {
            Packing::Plain => Box::new(whole),
            Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(whole)),
            Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(whole)?),
        };
        let input = Box::new(Capped { input: unpacked, left: most_bytes });
        Ok(Self { input, size: None, progress })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A frame, or a skippable frame such as a seek table put first.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Self::Zstd,
            _ => Self::Plain,
        }
    }
}

struct Counted<R> {
    input: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

struct Capped<R> {
    input: R,
    left: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "unpacks to more bytes than allowed"))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn unpack(bytes: Vec<u8>, most: u64) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        Source::stream(Cursor::new(bytes), most)?.input.read_to_end(&mut out)?;
        Ok(out)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(bytes).expect("memory");
        packer.finish().expect("memory")
    }

    #[test]
    fn packing_is_recognised_by_content() {
        let text = b"sku,title\n1,a\n".to_vec();
        let twice = [gzip(&text), gzip(&text)].concat();
        assert_eq!(unpack(text.clone(), 100).expect("plain"), text);
        assert_eq!(unpack(twice, 100).expect("gzip"), text.repeat(2));
        let packed = zstd::encode_all(&text[..], 1).expect("memory");
        assert_eq!(unpack(packed, 100).expect("zstd"), text);
        assert_eq!(unpack(b"a".to_vec(), 100).expect("short"), b"a");
        assert_eq!(unpack(Vec::new(), 100).expect("empty"), b"");
    }

    #[test]
    fn a_bomb_and_a_cut_file_are_errors() {
        let packed = gzip(&vec![b'x'; 1 << 20]);
        assert!(unpack(packed.clone(), 1 << 16).is_err());
        assert!(unpack(packed[..packed.len() / 2].to_vec(), 1 << 30).is_err());
    }
}
