// Keeps the pages of visits and what they need, so that they open without a network. The network goes first; nothing of a page is
// kept longer than until it is seen again, and signing out forgets all.
"use strict";
const name = "visits";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
	const url = new URL(event.request.url);
	if (url.origin !== location.origin) { return; }
	if (event.request.method === "POST" && url.pathname === "/signout") { event.waitUntil(caches.delete(name)); return; }
	if (event.request.method !== "GET" || !(url.pathname.startsWith("/static/") || url.pathname === "/visits" || url.pathname.startsWith("/visits/"))) { return; }
	event.respondWith((async () => {
		try {
			const answer = await fetch(event.request);
			if (answer.ok && !answer.redirected) { (await caches.open(name)).put(event.request, answer.clone()); }
			return answer;
		} catch (error) {
			const kept = await caches.match(event.request);
			if (kept) { return kept; }
			throw error;
		}
	})());
});
