// A code behind the "#" of a link outlives the sign-in that comes before its page.
for (const form of document.forms) if (location.hash.startsWith("#SH")) form.action += location.hash;
