// Imports packages in a process of its own: `node import.js @sojourn/hono`. Prints how many ms it took.
const names = process.argv.slice(2);
const start = performance.now();
for (const name of names) await import(name);
console.log(performance.now() - start);
