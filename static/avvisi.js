// Notices on this device: what they say stands here, nothing of it comes over the network.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));
self.addEventListener("push", (e) => e.waitUntil(self.registration.showNotification("Millelight", {
  body: "Ci sono ricette da guardare: da validare, oppure rifiutate dal SAC.",
  tag: "ricette",
  lang: "it",
})));
self.addEventListener("notificationclick", (e) => {
  e.notification.close();
  const to = "/millelight/da-validare";
  e.waitUntil(self.clients.matchAll({ type: "window" }).then((open) => {
    const page = open.find((c) => new URL(c.url).pathname.startsWith("/millelight") && "navigate" in c);
    return page ? page.focus().then((c) => c.navigate(to)) : self.clients.openWindow(to);
  }));
});
