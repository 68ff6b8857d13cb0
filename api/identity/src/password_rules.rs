//! What a password must be: long, and not one that everybody tries first (NIST SP 800-63B, 5.1.1.2; OWASP ASVS 5.0, 6.2).

use kernel::field_code::FieldCode;
use kernel::problem::FieldError;

/// Characters of a password.
pub(super) const LEAST: usize = 12;
pub(super) const MOST: usize = 128;
/// Different characters of a password, at least.
const DIFFERENT: usize = 5;
/// Characters that must be left when everything usual is taken out.
const UNUSUAL: usize = 4;

/// What passwords are most often made of, in lower case.
const USUAL: &[&str] = &[
    "password",
    "passwort",
    "passw",
    "welcome",
    "willkommen",
    "letmein",
    "administrator",
    "admin",
    "changeme",
    "change",
    "iloveyou",
    "qwertyuiop",
    "qwertzuiop",
    "qwerty",
    "qwertz",
    "asdfghjkl",
    "asdf",
    "zxcvbnm",
    "yxcvbnm",
    "azerty",
    "monkey",
    "dragon",
    "football",
    "baseball",
    "basketball",
    "superman",
    "batman",
    "princess",
    "sunshine",
    "master",
    "shadow",
    "michael",
    "jordan",
    "trustno",
    "secret",
    "login",
    "starwars",
    "whatever",
    "freedom",
    "summer",
    "winter",
    "spring",
    "autumn",
    "sommer",
    "herbst",
    "hallo",
    "hello",
    "schatz",
    "test",
    "demo",
    "user",
    "guest",
    "root",
    "bulkhead",
    "procurement",
    "einkauf",
    "order",
    "company",
];

/// Straight runs that are taken out, forwards and backwards.
const RUNS: [&str; 2] = ["0123456789012345678901234567890", "abcdefghijklmnopqrstuvwxyz"];

/// Why a password of somebody with this address is refused, if it is.
pub(super) fn refuse(password: &str, email: &str) -> Option<FieldError> {
    let length = password.chars().count();
    if !(LEAST..=MOST).contains(&length) {
        let detail = format!("the password must have {LEAST} to {MOST} characters");
        let code = if length < LEAST { FieldCode::TooShort } else { FieldCode::TooLong };
        return Some(FieldError::new("/password", code, detail).with("min", LEAST).with("max", MOST));
    }
    let lower = password.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    let own = email.split('@').next().unwrap_or_default().to_lowercase();
    if different.len() < DIFFERENT || unusual(&lower, &own) < UNUSUAL {
        let detail =
            "the password is among those that are tried first; take another, such as four words that do not belong together";
        return Some(FieldError::new("/password", FieldCode::CommonPassword, detail));
    }
    None
}

/// How many letters are left when usual words, the person's own name, straight runs, digits and marks are taken out.
fn unusual(password: &str, own: &str) -> usize {
    let plain = |c: char| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    let left = |text: String| -> usize {
        let mut text = text;
        let own = Some(own).filter(|own| own.chars().count() >= 4);
        for word in USUAL.iter().copied().chain(own) {
            text = text.replace(word, " ");
        }
        let mut text = without_runs(&text);
        text.retain(char::is_alphabetic);
        // A letter that repeats says no more than once.
        let mut letters: Vec<char> = text.chars().collect();
        letters.dedup();
        letters.len()
    };
    left(password.to_owned()).min(left(password.chars().map(plain).collect()))
}

/// The text without straight runs of four and more characters.
fn without_runs(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_step = |a: char, b: char| RUNS.iter().any(|run| run.contains(&format!("{a}{b}")) || run.contains(&format!("{b}{a}")));
    let (mut kept, mut at) = (String::new(), 0);
    while at < chars.len() {
        let mut end = at + 1;
        while end < chars.len() && is_step(chars[end - 1], chars[end]) {
            end += 1;
        }
        if end - at < 4 {
            kept.extend(&chars[at..end]);
        } else {
            kept.push(' ');
        }
        at = end;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<FieldCode> {
        refuse(password, "ada.byron@example.com").map(|error| error.code)
    }

    #[test]
    fn passwords_have_a_least_and_a_greatest_length() {
        assert_eq!(code("Kwirtz-92!x"), Some(FieldCode::TooShort));
        assert_eq!(code("        "), Some(FieldCode::TooShort));
        assert_eq!(code(&"ab cdxyz".repeat(17)), Some(FieldCode::TooLong));
        assert_eq!(code("Kwirtz-92!xy"), None);
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for password in [
            "password1234",
            "Password123!",
            "P@ssw0rd2026",
            "passwordpassword",
            "welcome12345",
            "123456789012",
            "qwertyuiop123",
            "aaaaaaaaaaaa",
            "            ",
            "abcdefghijkl",
            "admin1234567",
            "ada.byron1234",
            "Sommer2026!!",
            "Bulkhead2026",
            "letmeinletmein",
            "111122223333",
            "zyxwvutsrqpon",
        ] {
            assert_eq!(code(password), Some(FieldCode::CommonPassword), "{password}");
        }
    }

    #[test]
    fn long_ones_of_words_and_of_random_characters_are_taken() {
        for password in
            ["correct horse battery", "Der Zug hält in Köln", "x7#kLm!92vQz", "gurke-tisch-mond", "пароль-которого-нет"]
        {
            assert_eq!(code(password), None, "{password}");
        }
    }
}
