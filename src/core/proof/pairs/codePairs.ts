// Names of Python's library. cspell:ignore setdefault heapq heappush heappop rglob urlopen divmod deque popleft hashlib hexdigest
/** What functions do, in words, and the functions without those words; written for this project, several to a subject. */
export const CODE_PAIRS: readonly (readonly [query: string, document: string])[] = [
  // Lists
  [
    "Removes repeated items and keeps the order of first appearance.",
    "export function unique<T>(items: readonly T[]): T[] {\n  const seen = new Set<T>();\n  return items.filter((item) => !seen.has(item) && seen.add(item));\n}",
  ],
  [
    "Cuts a list into pieces of equal length; the last may be shorter.",
    "def chunk(values, size):\n    return [values[i:i + size] for i in range(0, len(values), size)]",
  ],
  [
    "Puts the elements into a random order, each as likely as any other.",
    "function shuffle(a) {\n  for (let i = a.length - 1; i > 0; i--) {\n    const j = Math.floor(Math.random() * (i + 1));\n    [a[i], a[j]] = [a[j], a[i]];\n  }\n  return a;\n}",
  ],
  [
    "Collects elements under the key that a function gives for each.",
    "def group_by(items, key):\n    groups = {}\n    for item in items:\n        groups.setdefault(key(item), []).append(item)\n    return groups",
  ],
  [
    "Joins lists of lists into a single list.",
    "func Flatten(rows [][]int) []int {\n\tvar out []int\n\tfor _, row := range rows {\n\t\tout = append(out, row...)\n\t}\n\treturn out\n}",
  ],
  // Search and sort
  [
    "Finds a value in an ordered array by halving.",
    "int find(const int *a, int n, int x) {\n  int lo = 0, hi = n - 1;\n  while (lo <= hi) {\n    int mid = lo + (hi - lo) / 2;\n    if (a[mid] == x) return mid;\n    if (a[mid] < x) lo = mid + 1; else hi = mid - 1;\n  }\n  return -1;\n}",
  ],
  [
    "Combines two ordered sequences into one that is ordered.",
    "def merge(a, b):\n    out = []\n    i = j = 0\n    while i < len(a) and j < len(b):\n        if a[i] <= b[j]:\n            out.append(a[i]); i += 1\n        else:\n            out.append(b[j]); j += 1\n    return out + a[i:] + b[j:]",
  ],
  [
    "The largest k numbers without ordering the rest.",
    "import heapq\n\ndef top(values, k):\n    heap = []\n    for value in values:\n        heapq.heappush(heap, value)\n        if len(heap) > k:\n            heapq.heappop(heap)\n    return heap",
  ],
  [
    "Orders rows by several columns, later ones breaking ties.",
    "const byColumns = (...names) => (a, b) => {\n  for (const name of names) {\n    if (a[name] < b[name]) return -1;\n    if (a[name] > b[name]) return 1;\n  }\n  return 0;\n};",
  ],
  // Text
  [
    "Counts how often each word occurs, whatever its case.",
    "def frequencies(text):\n    counts = {}\n    for word in text.lower().split():\n        counts[word] = counts.get(word, 0) + 1\n    return counts",
  ],
  [
    "Whether a string reads the same backwards, letters only.",
    "function check(s) {\n  const t = s.toLowerCase().replace(/[^a-z]/g, '');\n  return t === [...t].reverse().join('');\n}",
  ],
  [
    "Turns a title into the part of an address: lower case, dashes, nothing else.",
    "export const slug = (title: string): string =>\n  title.toLowerCase().trim().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');",
  ],
  [
    "Makes angle brackets and quotes harmless for a web page.",
    "def escape(s):\n    return (s.replace('&', '&amp;').replace('<', '&lt;')\n             .replace('>', '&gt;').replace('\"', '&quot;'))",
  ],
  [
    "Fewest insertions, deletions and substitutions that turn one word into another.",
    "def distance(a, b):\n    row = list(range(len(b) + 1))\n    for i, x in enumerate(a, 1):\n        last, row[0] = row[0], i\n        for j, y in enumerate(b, 1):\n            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))\n    return row[-1]",
  ],
  // Files
  [
    "Adds up the sizes of all files below a folder.",
    "def total(path):\n    return sum(f.stat().st_size for f in Path(path).rglob('*') if f.is_file())",
  ],
  [
    "Replaces a file so that a crash leaves the old one or the new one, never half.",
    "async function write(file, text) {\n  const part = `${file}.part`;\n  await fs.writeFile(part, text);\n  await fs.rename(part, file);\n}",
  ],
  [
    "Reads a table with commas into one record per line.",
    "func Load(r io.Reader) ([]map[string]string, error) {\n\trows, err := csv.NewReader(r).ReadAll()\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\tvar out []map[string]string\n\tfor _, row := range rows[1:] {\n\t\trecord := map[string]string{}\n\t\tfor i, name := range rows[0] {\n\t\t\trecord[name] = row[i]\n\t\t}\n\t\tout = append(out, record)\n\t}\n\treturn out, nil\n}",
  ],
  [
    "Calls back whenever something below a directory is saved.",
    "function observe(dir, listener) {\n  const watcher = fs.watch(dir, { recursive: true }, (_, name) => listener(name));\n  return () => watcher.close();\n}",
  ],
  // Network
  [
    "Asks again after a pause that doubles each time, and gives up in the end.",
    "async function retry(task, tries = 5, wait = 100) {\n  for (let n = 1; ; n++) {\n    try {\n      return await task();\n    } catch (error) {\n      if (n === tries) throw error;\n      await new Promise((done) => setTimeout(done, wait * 2 ** n));\n    }\n  }\n}",
  ],
  [
    "Fetches a document and fails on any status but success.",
    "def load(url):\n    with urlopen(url, timeout=10) as answer:\n        if answer.status != 200:\n            raise IOError(f'{url}: {answer.status}')\n        return json.load(answer)",
  ],
  [
    "Takes the parameters behind the question mark apart.",
    "export function query(url: string): Map<string, string> {\n  const [, tail = ''] = url.split('?');\n  return new Map(tail.split('&').map((part) => part.split('=').map(decodeURIComponent) as [string, string]));\n}",
  ],
  [
    "Lets no more than so many calls through per second.",
    "type Limiter struct {\n\tticks <-chan time.Time\n}\n\nfunc (l *Limiter) Wait() {\n\t<-l.ticks\n}\n\nfunc New(perSecond int) *Limiter {\n\treturn &Limiter{time.Tick(time.Second / time.Duration(perSecond))}\n}",
  ],
  // Time
  [
    "Whole days between two dates.",
    "const apart = (a, b) => Math.round((Date.UTC(b.getFullYear(), b.getMonth(), b.getDate()) - Date.UTC(a.getFullYear(), a.getMonth(), a.getDate())) / 864e5);",
  ],
  [
    "Whether February has twenty-nine days in this year.",
    "bool leap(int y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }",
  ],
  [
    "Says how long ago something was, in words for people.",
    "def ago(seconds):\n    for size, name in ((86400, 'day'), (3600, 'hour'), (60, 'minute')):\n        if seconds >= size:\n            n = int(seconds // size)\n            return f'{n} {name}' + ('s' if n > 1 else '')\n    return 'just now'",
  ],
  [
    "Waits until nothing has happened for a while before it calls.",
    "function settle(call, ms) {\n  let timer;\n  return (...args) => {\n    clearTimeout(timer);\n    timer = setTimeout(() => call(...args), ms);\n  };\n}",
  ],
  // Numbers
  [
    "Whether a number has no divisors but one and itself.",
    "def is_prime(n):\n    if n < 2:\n        return False\n    return all(n % d for d in range(2, int(n ** 0.5) + 1))",
  ],
  [
    "Greatest number that divides both without remainder.",
    "fn gcd(a: u64, b: u64) -> u64 {\n    if b == 0 { a } else { gcd(b, a % b) }\n}",
  ],
  [
    "Middle value of a sample.",
    "const middle = (values) => {\n  const s = values.toSorted((a, b) => a - b);\n  const h = s.length >> 1;\n  return s.length % 2 ? s[h] : (s[h - 1] + s[h]) / 2;\n};",
  ],
  [
    "How far values spread around their average.",
    "def spread(xs):\n    m = sum(xs) / len(xs)\n    return (sum((x - m) ** 2 for x in xs) / (len(xs) - 1)) ** 0.5",
  ],
  [
    "Angle between two vectors as its cosine.",
    "function closeness(a, b) {\n  let ab = 0, aa = 0, bb = 0;\n  for (let i = 0; i < a.length; i++) { ab += a[i] * b[i]; aa += a[i] ** 2; bb += b[i] ** 2; }\n  return ab / Math.sqrt(aa * bb);\n}",
  ],
  [
    "Writes a number in another base.",
    "def digits(n, base):\n    out = ''\n    while True:\n        n, d = divmod(n, base)\n        out = '0123456789abcdef'[d] + out\n        if n == 0:\n            return out",
  ],
  // Structures
  [
    "Keeps the most recently used entries and forgets the rest.",
    "class Recent {\n  #map = new Map();\n  constructor(room) { this.room = room; }\n  get(key) {\n    const value = this.#map.get(key);\n    if (value !== undefined) { this.#map.delete(key); this.#map.set(key, value); }\n    return value;\n  }\n  set(key, value) {\n    this.#map.delete(key);\n    this.#map.set(key, value);\n    if (this.#map.size > this.room) this.#map.delete(this.#map.keys().next().value);\n  }\n}",
  ],
  [
    "Last in, first out.",
    "class Stack:\n    def __init__(self):\n        self._items = []\n    def push(self, item):\n        self._items.append(item)\n    def pop(self):\n        return self._items.pop()",
  ],
  [
    "Turns the links of a chain of nodes around.",
    "Node* reverse(Node* head) {\n  Node* before = nullptr;\n  while (head) {\n    Node* next = head->next;\n    head->next = before;\n    before = head;\n    head = next;\n  }\n  return before;\n}",
  ],
  [
    "Longest way from the root of a tree to a leaf.",
    "def depth(node):\n    return 0 if node is None else 1 + max(depth(node.left), depth(node.right))",
  ],
  [
    "Shortest way through a graph where every edge counts one.",
    "def path(graph, start, goal):\n    queue, came = deque([start]), {start: None}\n    while queue:\n        at = queue.popleft()\n        if at == goal:\n            break\n        for other in graph[at]:\n            if other not in came:\n                came[other] = at\n                queue.append(other)\n    return came",
  ],
  [
    "Tells listeners that something has happened.",
    "class Emitter {\n  #listeners = new Set();\n  on(listener) { this.#listeners.add(listener); return () => this.#listeners.delete(listener); }\n  fire(event) { for (const listener of this.#listeners) listener(event); }\n}",
  ],
  // Security
  [
    "Compares secrets without giving away by time how much agrees.",
    "func Equal(a, b []byte) bool {\n\tif len(a) != len(b) {\n\t\treturn false\n\t}\n\tvar v byte\n\tfor i := range a {\n\t\tv |= a[i] ^ b[i]\n\t}\n\treturn v == 0\n}",
  ],
  [
    "Fingerprint of a file's content.",
    "def fingerprint(path):\n    h = hashlib.sha256()\n    with open(path, 'rb') as f:\n        while block := f.read(65536):\n            h.update(block)\n    return h.hexdigest()",
  ],
  ["Makes a word that nobody can guess.", "const secret = (length = 24) => crypto.randomBytes(length).toString('base64url');"],
  [
    "Checks that a path stays inside a folder.",
    "function inside(root, name) {\n  const full = path.resolve(root, name);\n  if (!full.startsWith(root + path.sep)) throw new Error('outside');\n  return full;\n}",
  ],
  // Data bases
  [
    "Customers with more than three orders.",
    "SELECT c.name, COUNT(*) AS n FROM customers c JOIN orders o ON o.customer = c.id GROUP BY c.id HAVING n > 3;",
  ],
  [
    "All employees below a manager, at any depth.",
    "WITH RECURSIVE below AS (\n  SELECT id FROM staff WHERE boss = ?\n  UNION ALL\n  SELECT s.id FROM staff s JOIN below b ON s.boss = b.id\n) SELECT * FROM below;",
  ],
  [
    "Inserts a row, or updates it when its key is taken.",
    "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value;",
  ],
  [
    "Runs a block and takes everything back if it throws.",
    "def atomically(db, work):\n    db.execute('BEGIN')\n    try:\n        work(db)\n        db.execute('COMMIT')\n    except Exception:\n        db.execute('ROLLBACK')\n        raise",
  ],
];
