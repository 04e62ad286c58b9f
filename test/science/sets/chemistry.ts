/** Molecules: dynamics and the formats between programs. */
import type {ScienceKind} from '../set.js';

export const chemistry: ScienceKind = {
	kind: 'Chemistry',
	sets: [
		{
			name: 'lammps',
			packages: ['lammps'],
			pack: ['lmp'],
			inputs: {
				'in.melt': `units lj
atom_style atomic
lattice fcc 0.8442
region box block 0 4 0 4 0 4
create_box 1 box
create_atoms 1 box
mass 1 1.0
velocity all create 3.0 87287 loop geom
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
neighbor 0.3 bin
fix 1 all nve
dump 1 all custom 50 dump.melt id x y z
thermo 50
run 100
`,
			},
			run: 'lmp -in in.melt -log none',
			varies: [
				/^(Loop time|Performance|Total wall time).*/gmu,
				/^.*(% CPU use|CPU =).*/gmu,
				/^(Pair|Neigh|Comm|Output|Modify|Other) +\|.*/gmu,
			],
		},
		{
			name: 'gromacs',
			packages: ['gromacs'],
			pack: ['gmx'],
			inputs: {
				'md.mdp': `integrator = md
nsteps = 20
dt = 0.001
nstxout = 10
nstenergy = 10
cutoff-scheme = Verlet
rvdw = 0.6
rcoulomb = 0.6
rlist = 0.6
gen-vel = yes
gen-seed = 7
gen-temp = 300
ld-seed = 7
`,
				'topol.top': `#include "oplsaa.ff/forcefield.itp"
#include "oplsaa.ff/spc.itp"
[ system ]
water
[ molecules ]
`,
			},
			run: `gmx -quiet solvate -cs spc216 -box 1.9 1.9 1.9 -p topol.top -o box.gro &&
gmx -quiet grompp -f md.mdp -c box.gro -p topol.top -o run.tpr -po out.mdp 2>/dev/null &&
gmx -quiet mdrun -s run.tpr -ntmpi 1 -ntomp 1 -reprod -c final.gro -e ener.edr -o traj.trr -g md.log > log 2>&1 || cat log;
cat final.gro 2>/dev/null || cat box.gro; rm -f log md.log run.tpr out.mdp ener.edr state.cpt traj.trr *#`,
			varies: [/^gcq#.*/gmu, /^.*GROMACS reminds you.*/gmu],
		},
		{
			name: 'openbabel',
			packages: ['openbabel'],
			pack: ['obabel'],
			inputs: {'in.smi': 'CCO ethanol\nc1ccccc1 benzene\n'},
			run: `obabel in.smi -O out.sdf --gen2d && obabel in.smi -O out.svg && obabel in.smi -oinchi && obabel -L formats | head -n 20;
obabel -:"CC(=O)O" -oxyz --gen3d | head -n 1`,
			varies: [/OpenBabel\d+[23]D/gu],
		},
	],
};
