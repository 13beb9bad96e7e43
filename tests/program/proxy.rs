//! Behind a proxy: Debian's nginx and Caddy with the files of `deploy/`, and with what they do when nobody says otherwise.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reqwest::header::{COOKIE, SET_COOKIE};

use crate::process::{Process, free_port};
use crate::support::{Place, Served, has, tls};

const PAGE: &str = "/millelight/accedi";

/// A running nginx, one process that ends when it is dropped, with one server of `servers`.
fn nginx(folder: &Path, servers: &str, port: u16) -> Process {
    let at = folder.display();
    let whole = format!(
        "daemon off; master_process off; pid {at}/pid; error_log stderr; events {{}}\n\
         http {{ access_log off; client_body_temp_path {at}/b; proxy_temp_path {at}/p; fastcgi_temp_path {at}/f; \
         uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;\n{servers}\n}}"
    );
    std::fs::write(folder.join("nginx.conf"), whole).unwrap();
    let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
    let mut command = Command::new(program);
    command.arg("-e").arg("stderr").arg("-c").arg(folder.join("nginx.conf"));
    answering(Process::start("nginx", &mut command), port)
}

/// A running Caddy with that Caddyfile; what it writes stays in `folder`.
fn caddy(folder: &Path, caddyfile: &str, port: u16) -> Process {
    let file = folder.join("Caddyfile");
    std::fs::write(&file, caddyfile).unwrap();
    let mut command = Command::new("caddy");
    command.arg("run").arg("--adapter").arg("caddyfile").arg("--config").arg(file);
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(name, folder);
    }
    answering(Process::start("caddy", &mut command), port)
}

fn answering(proxy: Process, port: u16) -> Process {
    for _ in 0..600 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return proxy;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the proxy does not start: {}", proxy.said());
}

/// What an old browser, or one without TLS, sends: an Origin and no Sec-Fetch-Site. Answers status and page of a login.
async fn log_in(client: &reqwest::Client, base: &str, origin: &str, user: &str, password: &str) -> (u16, String) {
    let page = client.get(format!("{base}{PAGE}")).send().await.unwrap();
    let cookies = page.headers().get_all(SET_COOKIE).iter();
    let cookies: Vec<String> =
        cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned()).collect();
    let html = page.text().await.unwrap();
    let token = html.split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("_csrf", token), ("username", user), ("password", password), ("next", "")];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let answer = client
        .post(format!("{base}{PAGE}"))
        .header(COOKIE, cookies.join("; "))
        .header("origin", origin)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// What was logged, without what the demonstration prints for its user.
fn logged(said: &str) -> String {
    said.lines().filter(|line| !line.starts_with("utente ")).fold(String::new(), |all, line| format!("{all}{line}\n"))
}

fn client(authority: &Path) -> reqwest::Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let pem = std::fs::read(authority).unwrap();
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()]).build().unwrap()
}

/// The demo's doctor, who enters and then mistypes; returns the username.
async fn a_right_and_a_wrong_login(client: &reqwest::Client, public: &str, served: &Served) -> String {
    let doctor = served.printed("utente MEDICO ");
    let words: Vec<&str> = doctor.split_whitespace().collect();
    let (status, page) = log_in(client, public, public, words[0], words[1]).await;
    assert_eq!(status, 303, "{page}");
    let (status, page) = log_in(client, public, public, words[0], "sbagliata").await;
    assert_eq!(status, 422, "{page}");
    words[0].to_owned()
}

/// The address is the client's, nobody is named, and no proxy is missing from the settings.
fn nothing_amiss(said: &str, username: &str) {
    assert!(said.contains("login failed") && said.contains("address=\"127.0.0.1\""), "{said}");
    assert!(!said.contains(username) && !said.contains("forwarded headers"), "{said}");
}

#[actix_web::test]
async fn the_deployed_nginx_leads_a_doctor_in() {
    if !has("nginx") || !has("openssl") {
        return;
    }
    let folder = tempfile::TempDir::new().unwrap();
    let certificate = tls(folder.path());
    let (port, clear) = (free_port(), free_port());
    let public = format!("https://localhost:{port}");
    let mut place = Place::new();
    place.set("MILLECLOUD_BIND", "127.0.0.1:0").set("MILLECLOUD_PUBLIC_URL", &public);
    place.set("MILLECLOUD_TRUSTED_PROXIES", "127.0.0.1");
    let served = place.start("demo", &[]);
    let file = include_str!("../../deploy/nginx.conf")
        .replace("listen [::]:80;\n", "\n")
        .replace("listen [::]:443 ssl;\n", "\n")
        .replace("listen 80;", &format!("listen 127.0.0.1:{clear};"))
        .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;"))
        .replace("ricette.example.it", "localhost")
        .replace("/etc/ssl/millecloud/fullchain.pem", &certificate[1].display().to_string())
        .replace("/etc/ssl/millecloud/privkey.pem", &certificate[2].display().to_string())
        .replace("http://127.0.0.1:8080", &served.base());
    let _proxy = nginx(folder.path(), &file, port);
    let client = client(&certificate[0]);
    let username = a_right_and_a_wrong_login(&client, &public, &served).await;
    let answer = client.get(format!("http://127.0.0.1:{clear}{PAGE}")).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 301, "in clear it only leads to TLS");
    nothing_amiss(&logged(&served.stop()), &username);
}

#[actix_web::test]
async fn the_deployed_caddy_leads_a_doctor_in() {
    if !has("caddy") || !has("openssl") {
        return;
    }
    let folder = tempfile::TempDir::new().unwrap();
    let certificate = tls(folder.path());
    let port = free_port();
    let public = format!("https://localhost:{port}");
    let mut place = Place::new();
    place.set("MILLECLOUD_BIND", "127.0.0.1:0").set("MILLECLOUD_PUBLIC_URL", &public);
    place.set("MILLECLOUD_TRUSTED_PROXIES", "127.0.0.1");
    let served = place.start("demo", &[]);
    // What only a real name can have: its own certificate, and the ports below 1024.
    let (chain, key) = (certificate[1].display(), certificate[2].display());
    let site = include_str!("../../deploy/Caddyfile")
        .replace("ricette.example.it {", &format!("{public} {{\n\tbind 127.0.0.1\n\ttls {chain} {key}"))
        .replace("127.0.0.1:8080", &served.address);
    let _proxy = caddy(folder.path(), &format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{site}"), port);
    let client = client(&certificate[0]);
    let username = a_right_and_a_wrong_login(&client, &public, &served).await;
    nothing_amiss(&logged(&served.stop()), &username);
}

#[actix_web::test]
async fn a_proxy_that_changes_the_host_works_or_says_what_is_missing() {
    if !has("nginx") || !has("openssl") {
        return;
    }
    let folder = tempfile::TempDir::new().unwrap();
    let certificate = tls(folder.path());
    let port = free_port();
    let public = format!("https://localhost:{port}");
    for (told, status) in [(public.as_str(), 303), ("https://ricette.example.it", 403)] {
        let mut place = Place::new();
        place.set("MILLECLOUD_BIND", "127.0.0.1:0").set("MILLECLOUD_PUBLIC_URL", told);
        let served = place.start("demo", &[]);
        // nginx as it is: no Host, which becomes the portal's own address; and a forwarded address nobody believes.
        let server = format!(
            "server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {}; ssl_certificate_key {}; location / {{ \
             proxy_pass {}; proxy_set_header X-Forwarded-For $remote_addr; }} }}",
            certificate[1].display(),
            certificate[2].display(),
            served.base()
        );
        let _proxy = nginx(folder.path(), &server, port);
        // A client of its own: the connections of the one before led to an nginx that is gone.
        let client = client(&certificate[0]);
        let doctor = served.printed("utente MEDICO ");
        let words: Vec<&str> = doctor.split_whitespace().collect();
        for _ in 0..2 {
            let (got, page) = log_in(&client, &public, &public, words[0], words[1]).await;
            assert_eq!(got, status, "{told}: {page}");
            if status == 403 {
                assert!(page.contains(&served.address) && page.contains(told), "{page}");
                assert!(page.contains("MILLECLOUD_PUBLIC_URL") && page.contains("Host"), "{page}");
            }
        }
        let said = served.stop();
        let count = |text: &str| said.lines().filter(|line| line.contains(text)).count();
        assert_eq!(count("forwarded headers arrive"), 1, "{said}");
        assert_eq!(count("MILLECLOUD_TRUSTED_PROXIES is not set"), 1, "{said}");
        assert_eq!(count("a form was refused"), if status == 403 { 2 } else { 0 }, "{said}");
    }
}
