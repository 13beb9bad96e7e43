//! Login and logout.

use crate::support::TestApp;

#[actix_web::test]
async fn a_doctor_logs_in_and_out() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = doctor.get("/millelight/medico").await;
    page.assert_status(200).assert_text("BORGHETTO");
    page.submit("form[action='/millelight/esci']", &[]).await.assert_status(200).assert_text("Login");
    doctor.get_raw("/millelight/medico").await.assert_status(303);
}
