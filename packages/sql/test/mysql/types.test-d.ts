import { mysql2 } from "@sojourn/sql/mysql";
import { createConnection as connectWithCallbacks, createPool as createCallbackPool } from "mysql2";
import { createConnection, createPool } from "mysql2/promise";

mysql2(createPool("mysql://127.0.0.1/shop"));
mysql2(createCallbackPool("mysql://127.0.0.1/shop").promise());

// @ts-expect-error -- It gives its connections to callbacks.
mysql2(createCallbackPool("mysql://127.0.0.1/shop"));
// @ts-expect-error -- A transaction would get in the way of everything else on it.
mysql2(await createConnection("mysql://127.0.0.1/shop"));
// @ts-expect-error -- The same, with callbacks.
mysql2(connectWithCallbacks("mysql://127.0.0.1/shop"));
