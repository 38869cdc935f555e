// Keeps the pages of visits and what they need, so that they open without a network; in place of other pages it then shows that there is no network.
// The network goes first; nothing of a page is kept longer than until it is seen again, and signing out forgets all.
"use strict";
const name = "visits";
const away = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>没有网络 · 托育</title>
<body style="font: 16px/1.7 sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem"><h1>现在没有网络</h1>
<p>这一页要联网才能打开。在本设备上填写过的内容都还在，联网后会送出或者恢复。</p>
<p><a href="">再试一次</a></p><p>已打开过的<a href="/visits">今日检查</a>可以离线使用。</p></body></html>`;
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
	const url = new URL(event.request.url);
	if (url.origin !== location.origin) { return; }
	if (event.request.method === "POST" && url.pathname === "/signout") { event.waitUntil(caches.delete(name)); return; }
	if (event.request.mode === "navigate" && event.request.method === "GET" && !(url.pathname === "/visits" || url.pathname.startsWith("/visits/"))) {
		event.respondWith(fetch(event.request).catch(() => new Response(away, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } })));
		return;
	}
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
