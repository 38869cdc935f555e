// A QR code carries the case number and the code after the #, where no server sees them; they are sent as a form.
(() => {
	"use strict";
	const given = new URLSearchParams(location.hash.slice(1));
	const form = document.querySelector("form[data-progress]");
	if (!form || !given.get("case") || !given.get("code")) { return; }
	history.replaceState(null, "", location.pathname);
	form.elements.namedItem("case").value = given.get("case");
	form.elements.namedItem("code").value = given.get("code");
	form.requestSubmit();
})();
