import { createHash } from 'node:crypto';

/** Every text stands out from what is behind it by 4.5:1 at least, every border of an input by 3:1, light and dark. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --card: #ffffff; --text: #1b2128; --quiet: #545f6b; --line: #d4dae0; --edge: #7b858f;
  --accent: #0a5a9c; --on-accent: #ffffff; --bad: #8c1d14; --bad-page: #fdeeec; --good: #17603a; --good-page: #e9f6ee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1419; --card: #182028; --text: #e8edf2; --quiet: #a3afbb; --line: #2c3742; --edge: #74808c;
    --accent: #7cbcf5; --on-accent: #0d1a26; --bad: #ffb8ae; --bad-page: #3b1a17; --good: #9adfb6; --good-page: #14301f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
header, main { margin: 0 auto; max-width: 64rem; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
header .mark { display: flex; gap: .6rem; align-items: center; font-weight: 650; font-size: 1.15rem; margin-right: auto; }
header .mark, header .mark:hover { color: inherit; text-decoration: none; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
p { margin: 0 0 1rem; }
a { color: var(--accent); text-underline-offset: .15em; }
.quiet { color: var(--quiet); }
.small { font-size: .875rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.25rem; margin: 0 0 1rem; }
.narrow { max-width: 25rem; margin: 6vh auto 0; }
.card > :last-child { margin-bottom: 0; }
label { display: block; font-weight: 600; margin: 0 0 .25rem; }
input {
  display: block; width: 100%; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--edge); border-radius: .4rem; padding: .55rem .7rem; margin: 0 0 1rem;
}
input[aria-invalid] { border-color: var(--bad); }
button, .button {
  display: block; width: 100%; font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .4rem; padding: .6rem 1rem;
}
button:hover, .button:hover { filter: brightness(1.08); }
.plain, .plain:hover { color: var(--accent); background: transparent; border-color: var(--edge); }
header .plain { width: auto; padding: .25rem .75rem; }
header form { margin: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.or { display: flex; align-items: center; gap: .75rem; color: var(--quiet); margin: 1rem 0; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.note { border-radius: .4rem; padding: .7rem .9rem; margin: 0 0 1rem; border-left: .25rem solid; }
.note.bad { color: var(--bad); background: var(--bad-page); }
.note.good { color: var(--good); background: var(--good-page); }
details, table + dl { margin-top: 1rem; }
summary { cursor: pointer; color: var(--accent); }
details p { margin: .5rem 0 0; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .9em; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
th { font-size: .875rem; color: var(--quiet); }
.role { display: inline-block; border: 1px solid var(--edge); border-radius: 1rem; padding: 0 .6rem; font-size: .875rem; }
ul.links { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .75rem 1.5rem; }
ul.links span { display: block; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
dd { margin: 0; }
@media (max-width: 40rem) {
  table, tbody, tr, td { display: block; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  tr:last-child { border-bottom: 0; }
  td { border: 0; padding: .1rem 0; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); font-size: .875rem; }
  dl { grid-template-columns: 1fr; }
  dd { margin-bottom: .4rem; }
}
`;

/** What lets a browser apply this style and no other. */
export const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
