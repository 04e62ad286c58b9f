/** Computer algebra, numerical environments, solvers. */
import type {ScienceKind} from '../set.js';

export const mathematics: ScienceKind = {
	kind: 'Mathematics',
	sets: [
		{
			name: 'maxima',
			packages: ['maxima', 'maxima-share'],
			pack: ['maxima'],
			inputs: {
				'job.mac':
					'integrate(x*sin(x), x); factor(x^6-1); load(simplex)$ maximize_lp(x+y, [3*x+2*y<=2, x+4*y<=3]);\ndescribe(factor, exact)$\n',
			},
			run: 'maxima --very-quiet -b job.mac',
		},
		{
			name: 'scilab',
			packages: ['scilab-cli'],
			pack: ['scilab-cli'],
			inputs: {
				'job.sce':
					'A = [2 1; 1 3]; disp(spec(A)); disp(A \\ [1; 2]); x = poly(0, "x"); disp(roots(x^2 - 2)); y = ode(1, 0, 1, deff("yd=f(t,y)", "yd=-y")); disp(SCI); csvWrite(A, "out.csv"); quit\n',
			},
			run: 'scilab-cli -nb -f job.sce',
		},
		{
			name: 'pari',
			packages: ['pari-gp'],
			pack: ['gp'],
			inputs: {
				'job.gp':
					'factor(2^64+1)\nellinit([0,-1,1,-10,-20]).disc\npolroots(x^3-2)\nbnfinit(x^2+5).clgp\n',
			},
			run: 'gp -q job.gp < /dev/null',
		},
		{
			name: 'singular',
			packages: ['singular-ui', 'singular-data', 'singular-modules'],
			pack: ['Singular'],
			inputs: {
				'job.sing':
					'LIB "primdec.lib"; ring r = 0, (x,y,z), dp; ideal i = x2+y2, xy; groebner(i); primdecGTZ(i); LIB "gfanlib.so"; quit;\n',
			},
			run: 'Singular -q --no-rc job.sing',
			varies: [/\/\/ \*\* .*/gu],
		},
		{
			name: 'gap',
			packages: ['gap-core', 'gap-gapdoc'],
			pack: ['gap'],
			inputs: {
				'job.g':
					'Print(Size(SymmetricGroup(5)), " ", GAPInfo.Version, "\\n"); LoadPackage("gapdoc"); Print(Factors(2^32+1), "\\n");\n',
			},
			run: 'gap -q job.g < /dev/null',
		},
		{
			name: 'solvers',
			packages: ['glpk-utils', 'coinor-cbc', 'minizinc', 'z3'],
			pack: ['glpsol', 'cbc', 'minizinc', 'z3'],
			inputs: {
				'a.mod':
					'var x >= 0; var y >= 0; maximize z: x + y; s.t. a: 3*x + 2*y <= 2; s.t. b: x + 4*y <= 3; solve; display x, y; end;\n',
				'a.lp': 'max: x + y;\na: 3x + 2y <= 2;\nint x;\n',
				'a.mzn': 'var 1..9: x; constraint x * x = 49; solve satisfy;\n',
				'a.smt2':
					'(declare-const x Int)(assert (= (* x x) 49))(assert (> x 0))(check-sat)(get-model)\n',
			},
			run: 'glpsol -m a.mod && z3 a.smt2 && minizinc --solver gecode a.mzn && cbc -quit',
			varies: [/Time used:.*/gu, /Memory used:.*/gu],
		},
		{
			name: 'sympy',
			packages: ['python3-sympy', 'python3-networkx', 'python3-statsmodels'],
			pack: ['python3', 'deb:python3-sympy', 'deb:python3-networkx', 'deb:python3-statsmodels'],
			inputs: {
				'job.py': `import sympy, networkx, statsmodels.api as sm, numpy
x = sympy.symbols('x'); sympy.pprint(sympy.integrate(sympy.exp(-x**2), (x, 0, sympy.oo)))
print(networkx.shortest_path(networkx.path_graph(4), 0, 3))
print(sm.OLS(numpy.array([1., 2, 3.1]), sm.add_constant(numpy.array([1., 2, 3]))).fit().params)
`,
			},
			run: 'python3 job.py',
		},
	],
};
