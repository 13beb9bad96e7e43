#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn services() -> Vec<Service> {
    let of = |host: &str, subdomains| Service {
        host: host.to_owned(),
        subdomains,
        valid_from: day("2026-11-30"),
        valid_to: None,
    };
    let old = Service { valid_to: Some(day("2026-11-30")), ..of("old.example", false) };
    vec![of("fcm.googleapis.com", false), of("push.apple.com", true), of("127.0.0.1", false), old]
}

#[test]
fn only_hosts_of_the_list_over_https_may_be_called() {
    let pusher = Pusher::new("https://millecloud.example").unwrap();
    let today = day("2026-12-01");
    let may = |text: &str| pusher.endpoint(text, &services(), today).is_some();
    for good in
        ["https://fcm.googleapis.com/fcm/send/abc", "https://web.push.apple.com/x", "https://a.b.push.apple.com/x"]
    {
        assert!(may(good), "{good}");
    }
    for bad in [
        "",
        "x",
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil-push.apple.com.example/x",
        "https://evilpush.apple.com/x",
        "https://.push.apple.com/x",
        "https://a.fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "https://old.example/x",
        "ftp://fcm.googleapis.com/x",
        "javascript:alert(1)",
    ] {
        assert!(!may(bad), "{bad}");
    }
    assert!(!may(&format!("https://fcm.googleapis.com/{}", "x".repeat(1_000))), "too long");
    assert!(pusher.endpoint("https://fcm.googleapis.com/x", &services(), day("2026-11-29")).is_none(), "not yet");
    let here = Pusher::on_this_machine().unwrap();
    assert!(here.endpoint("http://127.0.0.1:8123/x", &services(), today).is_some());
    assert!(here.endpoint("http://127.0.0.2:8123/x", &services(), today).is_none(), "the list holds there too");
}

#[test]
fn the_token_is_for_one_service_and_signed_with_the_key_that_browsers_were_given() {
    let private = PushKey::generate().unwrap();
    let key = PushKey::read(&private).unwrap();
    let endpoint = Url::parse("https://fcm.googleapis.com/fcm/send/abc").unwrap();
    let header = key.authorization(&endpoint, "https://millecloud.example", 1_000).unwrap();
    assert!(header.is_sensitive());
    let text = header.to_str().unwrap().strip_prefix("vapid t=").unwrap().to_owned();
    let (token, public) = text.split_once(", k=").unwrap();
    assert_eq!(public, key.public());
    let point = URL_SAFE_NO_PAD.decode(public).unwrap();
    assert_eq!((point.len(), point[0]), (65, 4));
    let parts: Vec<&str> = token.split('.').collect();
    let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    assert_eq!(claims["aud"], "https://fcm.googleapis.com");
    assert_eq!((claims["exp"].as_i64(), claims["sub"].as_str()), (Some(44_200), Some("https://millecloud.example")));
    let signed = format!("{}.{}", parts[0], parts[1]);
    let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    assert!(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).verify(signed.as_bytes(), &signature).is_ok());
    assert!(PushKey::read(b"nothing").is_err());
}
