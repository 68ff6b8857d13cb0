//! The key under which secrets are encrypted before they are stored, so that whoever reads the database or its backup has none of
//! them. It comes from the configuration, or from a file that only the owner may read; it is never in the database.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::problem::CommonError;

const BYTES: usize = 32;
/// What stands before every encrypted text.
const SEALED: &str = "sealed:";

/// Encrypts (ChaCha20-Poly1305, RFC 8439) with a random nonce per text.
#[derive(Clone)]
pub struct SecretKey(LessSafeKey);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey")
    }
}

impl SecretKey {
    /// A key of 32 bytes in base64.
    pub fn of_text(text: &str) -> Result<Self, String> {
        let bytes = STANDARD.decode(text.trim()).ok().filter(|bytes| bytes.len() == BYTES);
        let bytes = bytes.ok_or("must be 32 bytes in base64, such as `openssl rand -base64 32` prints")?;
        UnboundKey::new(&CHACHA20_POLY1305, &bytes).map(|key| Self(LessSafeKey::new(key))).map_err(|e| e.to_string())
    }

    /// The key in a file, which is made when it is missing, readable by its owner alone. Processes that start together get the same.
    pub fn of_file(path: &Path) -> Result<Self, String> {
        let failed = |e: std::io::Error| format!("{}: {e}", path.display());
        if !path.exists() {
            let mut bytes = [0_u8; BYTES];
            getrandom::fill(&mut bytes).map_err(|e| e.to_string())?;
            let folder = path.parent().unwrap_or(Path::new("."));
            let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
            writeln!(file, "{}", STANDARD.encode(bytes)).map_err(failed)?;
            file.as_file().sync_all().map_err(failed)?;
            match file.persist_noclobber(path) {
                Ok(_) => {}
                Err(lost) if lost.error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(lost) => return Err(failed(lost.error)),
            }
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        Self::of_text(&text).map_err(|why| format!("{}: {why}", path.display()))
    }

    /// A key that nobody else has.
    pub fn random() -> Result<Self, CommonError> {
        let mut bytes = [0_u8; BYTES];
        getrandom::fill(&mut bytes).map_err(|e| CommonError::Internal(e.to_string()))?;
        Self::of_text(&STANDARD.encode(bytes)).map_err(CommonError::Internal)
    }

    /// Encrypts a text that stands for `name`; it is decrypted with the same name only.
    pub fn seal(&self, name: &str, text: &str) -> Result<String, CommonError> {
        let mut nonce = [0_u8; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|e| CommonError::Internal(e.to_string()))?;
        let mut sealed = text.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name.as_bytes()), &mut sealed)
            .map_err(|e| CommonError::Internal(e.to_string()))?;
        Ok(format!("{SEALED}{}", STANDARD.encode([&nonce[..], &sealed].concat())))
    }

    /// Decrypts what [`seal`](Self::seal) gave for the name; none when it was not given by this key.
    pub fn open(&self, name: &str, sealed: &str) -> Option<String> {
        let mut bytes = STANDARD.decode(sealed.strip_prefix(SEALED)?).ok()?;
        if bytes.len() < NONCE_LEN {
            return None;
        }
        let mut rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).ok()?;
        let text = self.0.open_in_place(nonce, Aad::from(name.as_bytes()), &mut rest).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }

    /// Whether a text is encrypted.
    pub fn is_sealed(text: &str) -> bool {
        text.starts_with(SEALED)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_sealed_text_is_read_with_its_key_and_name_only() {
        let key = SecretKey::random().expect("a key");
        let sealed = key.seal("kid-1", "a private key").expect("sealed");
        assert!(SecretKey::is_sealed(&sealed) && !sealed.contains("private"));
        assert_eq!(key.open("kid-1", &sealed).as_deref(), Some("a private key"));
        assert_eq!(key.open("kid-2", &sealed), None);
        assert_eq!(SecretKey::random().expect("another").open("kid-1", &sealed), None);
        assert_ne!(key.seal("kid-1", "a private key").expect("sealed again"), sealed);
        assert_eq!(key.open("kid-1", "sealed:AAAA"), None);
    }

    #[test]
    fn the_file_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret.key");
        let sealed = SecretKey::of_file(&path).expect("made").seal("x", "y").expect("sealed");
        assert_eq!(SecretKey::of_file(&path).expect("read").open("x", &sealed).as_deref(), Some("y"));
        assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "too short").expect("written");
        assert!(SecretKey::of_file(&path).expect_err("not a key").contains("32 bytes"));
    }
}
