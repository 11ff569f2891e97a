// An alias for the class Gateway, whose name the namespace OwlBoard.Gateway hides.
global using Xunit;
global using GatewayUnderTest = OwlBoard.LoadBalancer.Gateways.Gateway;
