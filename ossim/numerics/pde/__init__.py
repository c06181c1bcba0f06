"""Fields on grids: diffusion, reaction and quasi-steady transport, compiled; no biology.

From a grid (`grid`) and its face conductances (`conductance`) to stencils, splitting and solvers.
"""
