//! What every portal answers, whoever asks.

use crate::support::TestApp;

#[actix_web::test]
async fn health_and_readiness_tell_nothing_else() {
    let app = TestApp::start().await;
    for path in ["/health", "/ready"] {
        let page = app.anonymous().get(path).await;
        assert_eq!((page.status, page.body.as_str()), (204, ""), "{path}");
    }
}

#[actix_web::test]
async fn an_unknown_address_is_a_page() {
    let app = TestApp::start().await;
    app.anonymous().get("/millelight/nulla").await.assert_status(404).assert_text("Pagina non trovata");
}
